"""The laws between the sections of an environment."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from environments.fault import Fault, listing, quote
from environments.node_pools import NodePool, Purpose
from environments.profiles import Profile, Resources
from environments.section import repeated
from environments.sites import CloudRegion, OnPremises
from environments.takeover import Releases

if TYPE_CHECKING:  # the model keeps these laws, so it cannot be imported here when it runs
    from environments.model import Environment

_HOURS_A_DAY: Final = 24
# Of each CPU and GiB, what is left for pods when the node and its agents have taken theirs.
_MILLICORES_FOR_PODS: Final = 900
_MEBIBYTES_FOR_PODS: Final = 850
_SERVING: Final = Purpose.CPU_INFERENCE
_TRAINING: Final = (Purpose.GPU_TRAINING, Purpose.CPU_TRAINING)


def each_once(environment: "Environment") -> Iterator[Fault]:
    """Names stand once."""
    yield from repeated(environment.data_classes, "the data class", "data_classes")
    names = [pool.name for pool in environment.node_pools]
    yield from repeated(names, "the name of the pool", "node_pools")


def tags_keep_their_meaning(environment: "Environment") -> Iterator[Fault]:
    """Extra tags never replace a tag that the environment itself sets."""
    for tag in environment.extra_tags:
        if tag in environment.own_tags or tag == "dpia-id":
            yield Fault(
                path=("extra_tags", tag),
                reason="the environment sets this tag itself",
                given=quote(tag),
                allowed="a name other than its own tags",
            )


def pools_fit_their_site(environment: "Environment") -> Iterator[Fault]:
    """Each pool stands on a site that exists and offers what it asks for."""
    for position, pool in enumerate(environment.node_pools):
        site = environment.sites.named(pool.site)
        if site is None:
            yield Fault(
                path=("node_pools", position, "site"),
                reason="the environment has no such site",
                given=quote(pool.site),
                allowed=listing(known.name for known in environment.sites.all),
            )
        else:
            yield from (f.under("node_pools", position) for f in pool.faults_at(site))


def cloud_has_machines(environment: "Environment") -> Iterator[Fault]:
    """A cloud region has no machines but those of its pools, and charges for them."""
    site = environment.sites.primary
    if not isinstance(site, CloudRegion):
        return
    purposes = {pool.purpose for pool in environment.node_pools if pool.site == site.name}
    needs = [("serving", (Purpose.CPU_INFERENCE,)), ("training", _TRAINING)]
    if environment.batch is not None:
        needs.append(("batch", (Purpose.DATA,)))
    for work, serving in needs:
        if purposes.isdisjoint(serving):
            yield Fault(
                path=("node_pools",),
                reason=f"site {site.name} has no pool on which {work} could run",
                given=f"pools for {listing(sorted(purposes))}",
                allowed=f"one more pool for {' or '.join(serving)}",
            )
    if environment.monthly_budget_usd == 0:
        yield Fault(
            path=("monthly_budget_usd",),
            reason=f"site {site.name} is a cloud region, which costs money",
            given="0",
            allowed="from 1",
        )


def cloud_has_a_network(environment: "Environment") -> Iterator[Fault]:
    """A cloud region has a private network; a site of one's own brings its own."""
    site, network = environment.sites.primary, environment.network
    if isinstance(site, CloudRegion) is not (network is not None):
        cloud = isinstance(site, CloudRegion)
        yield Fault(
            path=("network",),
            reason=f"site {site.name} is of kind {site.kind}",
            given="nothing" if cloud else "a network",
            allowed="a section `network` with a range of its own" if cloud else "leave it out",
        )
    for position, zone in enumerate(network.endpoint_zones if network else ()):
        if zone not in site.zones:
            yield Fault(
                path=("network", "endpoint_zones", position),
                reason=f"site {site.name} has no such zone",
                given=quote(zone),
                allowed=listing(site.zones),
            )


def work_fits_a_machine(environment: "Environment") -> Iterator[Fault]:
    """Each workload's pod fits a machine of the pools for it."""
    site, work, batch = environment.sites.primary, environment.workloads, environment.batch
    if not isinstance(site, CloudRegion):
        return
    training = Purpose.GPU_TRAINING if work.training.gpus else Purpose.CPU_TRAINING
    pods: list[tuple[str, tuple[str, ...], Profile, Purpose]] = [
        ("training", ("workloads", "training", "profile"), work.training.profile, training),
        ("serving", ("workloads", "serving", "profile"), work.serving.profile, _SERVING),
    ]
    if batch is not None:
        pods += [
            ("batch", ("batch", "driver"), batch.driver, Purpose.DATA),
            ("batch", ("batch", "executor"), batch.executor, Purpose.DATA),
        ]
    for name, path, profile, purpose in pods:
        pools = [
            pool
            for pool in environment.node_pools
            if pool.site == site.name
            and pool.purpose is purpose
            and (name != "training" or work.training.pool in {None, pool.name})
        ]
        asked, gpus = profile.requests, work.training.gpus if name == "training" else 0
        # A pool whose machine is not known has a fault of its own.
        if pools and not any(pool.instance is None or _fits(pool, asked, gpus) for pool in pools):
            yield Fault(
                path=path,
                reason=f"no machine of the pools for {purpose} has room for one pod",
                given=f"{asked.cpu_millicores} millicores, {asked.memory_mib} MiB, {gpus} GPUs",
                allowed="less, or a pool of larger machines than "
                + listing(pool.instance_type for pool in pools),
            )
        elif not pools and name == "training" and _trains(environment) and not work.training.pool:
            yield Fault(
                path=("workloads", name, "gpus"),
                reason=f"site {site.name} has no pool for {purpose}",
                given=str(gpus),
                allowed=f"a pool for {purpose}, or another number of GPUs",
            )


def training_has_its_pool(environment: "Environment") -> Iterator[Fault]:
    """A pool that training asks for by name is there, and is for it."""
    site, training = environment.sites.primary, environment.workloads.training
    purpose = Purpose.GPU_TRAINING if training.gpus else Purpose.CPU_TRAINING
    names = [
        pool.name
        for pool in environment.node_pools
        if pool.site == site.name and pool.purpose is purpose and isinstance(site, CloudRegion)
    ]
    if training.pool is not None and training.pool not in names:
        yield Fault(
            path=("workloads", "training", "pool"),
            reason=f"site {site.name} has no such pool for {purpose}",
            given=quote(training.pool),
            allowed=f"{listing(names)}, or leave it out" if names else "leave it out",
        )


def _trains(environment: "Environment") -> bool:
    """Whether there is a pool for training at all; where there is none, that is the fault."""
    return any(pool.purpose in _TRAINING for pool in environment.node_pools)


def _fits(pool: NodePool, asked: Resources, gpus: int) -> bool:
    """Whether a pod fits beside what the node itself and its agents need."""
    machine = pool.instance
    return (
        machine is not None
        and asked.cpu_millicores <= machine.cpus * _MILLICORES_FOR_PODS
        and asked.memory_mib <= machine.memory_gib * _MEBIBYTES_FOR_PODS
        and gpus <= machine.gpus * pool.gpu_slices
    )


def images_come_from_the_registry(environment: "Environment") -> Iterator[Fault]:
    """The registry is the primary site's own, and every image is in it, fixed by its digest."""
    registry = environment.registry
    yield from (f.under("registry") for f in registry.faults_at(environment.sites.primary))
    yield from registry.image_faults(environment.images)


def second_site_can_take_over(environment: "Environment") -> Iterator[Fault]:
    """A cluster that takes over has a registry of its own and gives the same answers."""
    primary, recovery = environment.sites.primary, environment.sites.recovery
    if isinstance(primary, OnPremises) and primary.takeover is not None:
        yield Fault(
            path=("sites", "primary", "takeover"),
            reason=f"site {primary.name} is the primary one, which takes over from nobody",
            given="a section",
            allowed="leave it out",
        )
    if not isinstance(recovery, OnPremises):
        return
    path = ("sites", "recovery", "takeover")
    if recovery.takeover is None:
        yield Fault(
            path=path,
            reason=f"nothing says with what site {recovery.name} takes over",
            given="nothing",
            allowed="at least the `registry` of that site, with its host and address",
        )
        return
    takeover = recovery.takeover
    if takeover.releases is Releases.COPIED and not isinstance(primary, CloudRegion):
        yield Fault(
            path=(*path, "releases"),
            reason=f"nothing copies the releases of {primary.name}, which is on-premises",
            given=quote(Releases.COPIED.value),
            allowed=quote(Releases.OWN.value),
        )
    for found in (
        takeover.faults_for(recovery, environment.workloads),
        takeover.streaming_faults(recovery, environment.streaming),
    ):
        yield from (fault.under(*path) for fault in found)


def streams_fit(environment: "Environment") -> Iterator[Fault]:
    """Streams spread over the primary site and never outlive the raw data."""
    streaming, kept = environment.streaming, environment.retention.raw_days * _HOURS_A_DAY
    if streaming is None:
        return
    yield from (f.under("streaming") for f in streaming.faults_at(environment.sites.primary))
    if streaming.retention_hours > kept:
        yield Fault(
            path=("streaming", "retention_hours"),
            reason="records would outlive the raw data that they become",
            given=f"{streaming.retention_hours} hours",
            allowed=f"up to retention.raw_days, {kept} hours",
        )


def obligations_are_met(environment: "Environment") -> Iterator[Fault]:
    """What the law asks of this perimeter, sector and these data classes."""
    for row in environment.obligations:
        because = f"{row.name} fall under {row.instrument}"
        if row.second_site and environment.sites.recovery is None:
            yield Fault(
                path=("sites", "recovery"),
                reason=f"a second copy at another place inside the country is missing: {because}",
                given="nothing",
                allowed="a recovery site inside the country",
            )
        for period, least in row.retention.items():
            days = getattr(environment.retention, period)
            if days < least:
                yield Fault(
                    path=("retention", period),
                    reason=f"kept for too short a time: {because}",
                    given=f"{days} days",
                    allowed=f"from {least} days",
                )
        for field in row.requires:
            if getattr(environment, field) is None:
                yield Fault(
                    path=(field,),
                    reason=f"must be filled in: {because}",
                    given="nothing",
                    allowed=type(environment).model_fields[field].description or "",
                )


def transfers_are_documented(environment: "Environment") -> Iterator[Fault]:
    """An entity with its own perimeter holds data elsewhere only under a permission that holds."""
    today = datetime.now(tz=UTC).date()
    for position, transfer in enumerate(environment.transfers):
        if environment.sites.named(transfer.site) is None:
            yield Fault(
                path=("transfers", position, "site"),
                reason="the environment has no such site",
                given=quote(transfer.site),
                allowed=listing(site.name for site in environment.sites.all),
            )
        if transfer.expires < today:
            yield Fault(
                path=("transfers", position, "expires"),
                reason="the permission has expired",
                given=str(transfer.expires),
                allowed=f"from {today}",
            )
    permitted = {transfer.site for transfer in environment.transfers}
    for row in environment.obligations:
        for site in environment.sites.all if row.own_perimeter else ():
            if site.perimeter != environment.perimeter and site.name not in permitted:
                yield Fault(
                    path=("transfers",),
                    reason=f"site {site.name} stands in perimeter {site.perimeter}, which is a "
                    f"transfer: {row.name} fall under {row.instrument}",
                    given=f"transfers to {listing(sorted(permitted))}",
                    allowed=f"an entry for site {site.name}",
                )


LAWS: Final[tuple[Callable[["Environment"], Iterator[Fault]], ...]] = (
    each_once,
    tags_keep_their_meaning,
    pools_fit_their_site,
    cloud_has_machines,
    cloud_has_a_network,
    work_fits_a_machine,
    training_has_its_pool,
    images_come_from_the_registry,
    second_site_can_take_over,
    streams_fit,
    obligations_are_met,
    transfers_are_documented,
)
"""Every law, in the order in which its faults are told."""
