"""The model: trained, signed, served. Each step starts when the one before it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.connection import Connection, ConnectionArgs, Peer
from environments import Environment
from stacks import place, wiring
from stacks.data import Data
from stacks.foundation import Foundation
from stacks.sites import Release
from workloads.landing import Landing
from workloads.serving import Serving, ServingArgs
from workloads.serving.workload import LABELS as SERVING
from workloads.serving.workload import NAME as SERVICE
from workloads.serving.workload import PORT, ServingSecrets
from workloads.signing import Signing, SigningArgs
from workloads.signing.workload import LABELS as SIGNING
from workloads.training import Training, TrainingArgs
from workloads.training.workload import LABELS as TRAINING


@dataclass(frozen=True, kw_only=True)
class Model:
    """A signed model in service."""

    name: str
    """Name of the model."""
    weights: Mapping[str, int]
    """Share of the subjects that each variant answers, in percent."""
    serving: Serving
    """Ready once a pod has verified the release."""

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What the stack tells of it."""
        return {
            "endpoints": {"serving": self.serving.url},
            "model": self.name,
            "variants": dict(self.weights),
        }


def build(environment: Environment, ground: Foundation, data: Data) -> Model:
    """Build the chain from the lake to predictions, or serve what another site has signed."""
    facts = environment.workloads
    if data.landing is None:
        release = ground.site.copied_release()
    else:
        release = _signed(environment, ground, data, data.landing)

    # Who asks from inside the cluster comes from the edge; nobody else reaches the listener.
    edge = Connection(
        "edge-to-serving",
        ConnectionArgs(
            source=Peer(namespace=place.EDGE, labels={}),
            target=Peer(namespace=place.SERVING, labels=SERVING),
            ports=[PORT],
        ),
        opts=ground.site.placed(*ground.site.walls),
    )
    door = ground.site.door(
        ground.images, Peer(namespace=place.SERVING, labels=SERVING), SERVICE, PORT
    )
    serving = Serving(
        "serving",
        ServingArgs(
            runtime=wiring.runtime("serving", facts.serving.profile, ground),
            store=ground.site.client(data.store),
            models=release.models,
            model=facts.serving.model,
            weights=facts.serving.variants,
            queue_limit=facts.serving.queue_limit,
            replicas=(facts.serving.replicas_min, facts.serving.replicas_max),
            target_cpu_percent=facts.serving.target_cpu_percent,
            secrets=ServingSecrets(
                tls=place.SERVING_TLS,
                verification=release.verification,
                salt=(place.EXPERIMENT_SALT, "secret_key"),
            ),
            after=release.revision,
            gates=door.gates,
            drain_seconds=door.drain_seconds,
        ),
        opts=ground.under(
            *release.ready,
            edge,
            ground.site.way_to_store("serving", SERVING, data.store),
            *door.parts,
        ),
    )
    return Model(name=facts.serving.model, weights=facts.serving.variants, serving=serving)


def _signed(environment: Environment, ground: Foundation, data: Data, landing: Landing) -> Release:
    """Train and sign where the models are served."""
    facts = environment.workloads
    training = Training(
        "training",
        TrainingArgs(
            runtime=wiring.runtime("training", facts.training.profile, ground),
            store=ground.site.client(data.store),
            lake=data.store.bucket_names[place.LAKE],
            candidates=data.store.bucket_names[place.CANDIDATES],
            model=facts.serving.model,
            variants=facts.training.variants,
            train_months=facts.training.train_months,
            held_out_months=facts.training.held_out_months,
            epochs=facts.training.epochs,
            seed=facts.training.seed,
            code_version=ground.images.source("training"),
            after=landing.revision,
        ),
        opts=ground.under(landing, ground.site.way_to_store("training", TRAINING, data.store)),
    )

    signing = Signing(
        "signing",
        SigningArgs(
            runtime=wiring.runtime("signing", facts.signing.profile, ground),
            store=ground.site.client(data.store),
            key_secret=place.SIGNING_KEY,
            candidates=data.store.bucket_names[place.CANDIDATES],
            models=data.store.bucket_names[place.MODELS],
            model=facts.serving.model,
            after=training.revision,
        ),
        opts=ground.under(training, ground.site.way_to_store("signing", SIGNING, data.store)),
    )
    return Release(
        models=data.store.bucket_names[place.MODELS],
        verification=place.SIGNING_PUBLIC,
        revision=signing.revision,
        ready=[signing],
    )
