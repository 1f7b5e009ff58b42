"""The deployment of the serving workload, built alone."""

import json
from dataclasses import replace

import pytest

from tests.support.engine import Plan, build
from workloads import pod
from workloads.serving import PublicKey, Serving, ServingArgs
from workloads.serving.workload import ServingSecrets, host_names

ARGS = ServingArgs(
    runtime=pod.Runtime(
        namespace="serving",
        image="registry/serving@sha256:aa",
        pull_secret="registry-pull",  # noqa: S106 - the name of a Secret
        compute=pod.Compute(requests={"cpu": "200m"}, limits={"cpu": "1"}),
    ),
    store=pod.StoreClient(
        endpoint="https://store:7070",
        region="me-central-1",
        credential_secret="store-credential",  # noqa: S106 - the name of a Secret
    ),
    models="models",
    model="delay",
    weights={"wide": 80, "deep": 20},
    queue_limit=64,
    replicas=(1, 2),
    target_cpu_percent=70,
    secrets=ServingSecrets(
        tls="serving-tls", verification="signing-public", salt=("experiment-salt", "secret_key")
    ),
    after="release-1",
)


def planned(args: ServingArgs = ARGS) -> Plan:
    return build("any", program=lambda: Serving("serving", args))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned()


def test_requests_arrive_over_tls_inside_the_cluster_only(plan: Plan) -> None:
    service = plan.named("Service", "serving", "serving")

    assert service.spec["type"] == "ClusterIP"
    assert service.spec["ports"] == [{"name": "https", "port": 8443, "targetPort": 8443}]
    pods = plan.named("Deployment", "serving").spec["template"]["metadata"]["labels"]
    assert service.spec["selector"].items() <= pods.items()


def test_the_certificate_covers_the_services_names() -> None:
    assert "serving.serving.svc.cluster.local" in host_names("serving")
    assert "localhost" in host_names("serving")


def test_the_autoscaler_owns_the_number_of_pods(plan: Plan) -> None:
    assert "replicas" not in plan.named("Deployment", "serving").spec
    scaler = plan.named("HorizontalPodAutoscaler", "serving").spec
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (1, 2)
    assert scaler["scaleTargetRef"]["name"] == "serving"
    (metric,) = scaler["metrics"]
    assert metric["resource"]["target"]["averageUtilization"] == 70


def test_a_rollout_never_has_fewer_pods_and_a_node_can_be_emptied(plan: Plan) -> None:
    rollout = plan.named("Deployment", "serving").spec["strategy"]["rollingUpdate"]
    assert rollout == {"maxSurge": 1, "maxUnavailable": 0}
    budget = plan.named("PodDisruptionBudget", "serving").spec
    assert budget["maxUnavailable"] == 1
    assert "minAvailable" not in budget


def test_probes_ask_over_tls(plan: Plan) -> None:
    (container,) = plan.named("Deployment", "serving").spec["template"]["spec"]["containers"]
    probes = [container[name] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
    assert all(probe["httpGet"]["scheme"] == "HTTPS" for probe in probes)
    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"


def test_a_pod_has_time_to_drain(plan: Plan) -> None:
    spec = plan.named("Deployment", "serving").spec["template"]["spec"]
    settings = {entry["name"]: entry.get("value") for entry in spec["containers"][0]["env"]}
    assert int(settings["DRAIN_SECONDS"]) + 30 < spec["terminationGracePeriodSeconds"]


def test_a_pod_behind_a_door_waits_for_it_and_leaves_slowly() -> None:
    spec = planned(replace(ARGS, gates=["example.org/seen"], drain_seconds=30)).named(
        "Deployment", "serving"
    ).spec["template"]["spec"]  # fmt: skip
    assert spec["readinessGates"] == [{"conditionType": "example.org/seen"}]
    settings = {entry["name"]: entry.get("value") for entry in spec["containers"][0]["env"]}
    assert settings["DRAIN_SECONDS"] == "30"
    assert spec["terminationGracePeriodSeconds"] > 60


def test_pods_spread_over_zones_and_nodes(plan: Plan) -> None:
    spec = plan.named("Deployment", "serving").spec["template"]["spec"]
    keys = [entry["topologyKey"] for entry in spec["topologySpreadConstraints"]]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


def test_the_salt_is_never_written_down(plan: Plan) -> None:
    spec = plan.named("Deployment", "serving").spec["template"]["spec"]
    (salt,) = [e for e in spec["containers"][0]["env"] if e["name"] == "EXPERIMENT_SALT"]
    assert salt == {
        "name": "EXPERIMENT_SALT",
        "valueFrom": {"secretKeyRef": {"name": "experiment-salt", "key": "secret_key"}},
    }


def test_pods_hold_the_public_key_only(plan: Plan) -> None:
    spec = plan.named("Deployment", "serving").spec["template"]["spec"]
    mounted = {volume["name"]: volume["secret"]["secretName"] for volume in spec["volumes"]}
    assert mounted == {
        "store": "store-credential",
        "tls": "serving-tls",
        "verification": "signing-public",
    }


@pytest.mark.parametrize(
    "changed",
    [replace(ARGS, weights={"wide": 70, "deep": 30}), replace(ARGS, after="release-2")],
    ids=["weights", "release"],
)
def test_other_weights_and_another_release_replace_the_pods(
    plan: Plan, changed: ServingArgs
) -> None:
    def template(which: Plan) -> str:
        return json.dumps(which.named("Deployment", "serving").spec["template"], sort_keys=True)

    assert template(planned(changed)) != template(plan)


def test_the_order_of_the_weights_changes_nothing(plan: Plan) -> None:
    reordered = planned(replace(ARGS, weights={"deep": 20, "wide": 80}))

    assert reordered.named("Deployment", "serving").inputs == (
        plan.named("Deployment", "serving").inputs
    )


def test_where_pods_have_an_identity_of_their_own_no_store_credential_is_mounted() -> None:
    own = replace(ARGS, store=replace(ARGS.store, credential_secret=None))
    spec = planned(own).named("Deployment", "serving").spec["template"]["spec"]

    assert [volume["name"] for volume in spec["volumes"]] == ["tls", "verification"]


def test_the_key_of_another_site_is_mounted_where_pods_look_for_it() -> None:
    secrets = replace(ARGS.secrets, verification=PublicKey(pem="the key"))

    plan = planned(replace(ARGS, secrets=secrets))

    spec = plan.named("Deployment", "serving").spec["template"]["spec"]
    (volume,) = (one for one in spec["volumes"] if one["name"] == "verification")
    config = plan.named("ConfigMap", volume["configMap"]["name"], "serving")
    assert config.inputs["data"] == {"signing.pub": "the key"}
    mounts = {one["name"]: one for one in spec["containers"][0]["volumeMounts"]}
    assert mounts["verification"]["mountPath"] == "/etc/mizan/verification"
    assert mounts["verification"]["readOnly"] is True
