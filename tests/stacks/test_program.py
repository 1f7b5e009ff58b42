"""The whole program, built as the language host builds it."""

import json
from pathlib import Path

import pytest

from stacks import place
from tests.support.engine import Plan, build, environment_plan

DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return environment_plan("local")


def connections(plan: Plan) -> set[tuple[str, str, str, str, tuple[int, ...]]]:
    """Every conversation that both ends allow: source, its pods, target, its pods, ports."""
    allowed: dict[str, set[tuple[str, str, str, str, tuple[int, ...]]]] = {
        "Egress": set(),
        "Ingress": set(),
    }
    for policy in plan.of("NetworkPolicy"):
        here = (
            policy.metadata["namespace"],
            name_of(policy.spec["podSelector"].get("matchLabels", {})),
        )
        for direction, peers in (("Egress", "to"), ("Ingress", "from")):
            for rule in policy.spec.get(direction.lower(), []):
                for peer in rule[peers]:
                    if "namespaceSelector" not in peer:
                        continue
                    there = (
                        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"],
                        name_of(peer["podSelector"].get("matchLabels", {})),
                    )
                    ports = tuple(sorted({port["port"] for port in rule["ports"]}))
                    ends = (*here, *there) if direction == "Egress" else (*there, *here)
                    allowed[direction].add((*ends, ports))
    return allowed["Egress"] & allowed["Ingress"]


def name_of(labels: dict[str, str]) -> str:
    return labels.get("app.kubernetes.io/name", "") or labels.get("k8s-app", "*")


def test_these_conversations_and_no_others_are_allowed(plan: Plan) -> None:
    store = ("storage", "store", (7070,))
    to_store = {
        (namespace, name, store[0], store[1], store[2])
        for namespace, name in (
            ("data", "landing"),
            ("training", "training"),
            ("signing", "signing"),
            ("serving", "serving"),
            ("storage", "store-setup"),
        )
    }
    assert connections(plan) == {
        *to_store,
        ("artifacts", "published-images", "artifacts", "registry", (5000, 5001)),
        ("edge", "*", "serving", "serving", (8443,)),
    }


def test_the_issuer_alone_may_ask_the_api_server(plan: Plan) -> None:
    blocks = [
        (policy.metadata["namespace"], peer["ipBlock"]["cidr"], rule["ports"])
        for policy in plan.of("NetworkPolicy")
        for rule in policy.spec.get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    ]
    assert blocks == [("identity", "10.255.255.1/32", [{"protocol": "TCP", "port": 6443}])]


def test_every_namespace_is_closed_before_anything_runs_in_it(plan: Plan) -> None:
    assert {record.metadata["name"] for record in plan.of("Namespace")} == set(place.ALL)
    for bearer, _ in plan.pods():
        namespace = bearer.metadata["namespace"]
        wall = plan.named("NetworkPolicy", "default-deny", namespace)
        assert wall.spec["policyTypes"] == ["Ingress", "Egress"]
        assert plan.waits_for(bearer, wall), f"{bearer.name} does not wait for {wall.name}"


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (("StatefulSet", "registry"), ("Job", "issuer")),
        (("Job", "published-images"), ("StatefulSet", "registry")),
        (("StatefulSet", "store"), ("Job", "published-images")),
        (("Job", "landing"), ("Job", "store-setup")),
        (("Job", "training"), ("Job", "landing")),
        (("Job", "signing"), ("Job", "training")),
        (("Deployment", "serving"), ("Job", "signing")),
    ],
)
def test_heavy_steps_take_turns(
    plan: Plan, later: tuple[str, str], earlier: tuple[str, str]
) -> None:
    assert plan.waits_for(plan.named(*later), plan.named(*earlier))
    assert not plan.waits_for(plan.named(*earlier), plan.named(*later))


def test_a_workload_waits_for_its_way_to_the_store(plan: Plan) -> None:
    for kind, name, namespace in (
        ("Job", "landing", "data"),
        ("Job", "training", "training"),
        ("Job", "signing", "signing"),
        ("Deployment", "serving", "serving"),
    ):
        bearer = plan.named(kind, name)
        for policy, where in ((f"{name}-to-store-egress", namespace),
                              (f"{name}-to-store-ingress", "storage")):  # fmt: skip
            assert plan.waits_for(bearer, plan.named("NetworkPolicy", policy, where))


def test_everything_carries_the_environments_tags(plan: Plan) -> None:
    expected = {f"mizan.ae/{tag}": value for tag, value in plan.exports["tags"].items()}
    assert {"mizan.ae/owner", "mizan.ae/environment", "mizan.ae/data-class"} <= set(expected)
    for record in plan.records:
        if record.kind:
            assert expected.items() <= record.metadata["labels"].items(), record.urn
    for record, template in plan.pods():
        assert expected.items() <= template["metadata"]["labels"].items(), record.urn


def test_the_private_key_is_where_only_signing_runs(plan: Plan) -> None:
    document = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]
    requests = json.loads(document["requests.json"])["requests"]
    (key,) = [request for request in requests if request["kind"] == "signing-key"]

    assert key["private"] == {"namespace": "signing", "name": "signing-key"}
    assert key["public"] == [{"namespace": "serving", "name": "signing-public"}]
    running = [
        record.metadata["name"]
        for record, _ in plan.pods()
        if record.metadata["namespace"] == "signing"
    ]
    assert running == ["signing"]


def test_every_secret_that_a_pod_mounts_is_made_by_the_issuer(plan: Plan) -> None:
    document = plan.named("ConfigMap", "issuer-requests", "identity").inputs["data"]
    made = places(json.loads(document["requests.json"]))
    for record, template in plan.pods():
        namespace = record.metadata["namespace"]
        for name in secrets_of(template["spec"]):
            assert (namespace, name) in made, f"{record.name} needs {name} in {namespace}"


def places(document: object) -> set[tuple[str, str]]:
    if isinstance(document, dict):
        found = {place for value in document.values() for place in places(value)}  # type: set[tuple[str, str]]
        if set(document) == {"namespace", "name"}:
            found.add((document["namespace"], document["name"]))
        return found
    if isinstance(document, list):
        return {place for item in document for place in places(item)}
    return set()


def secrets_of(document: object, under: str = "") -> set[str]:
    """Names of Secrets anywhere in a pod."""
    if isinstance(document, dict):
        found = set()
        for key, value in document.items():
            if key == "secretName" or (key == "name" and under in {"secretKeyRef", "secret"}):
                found.add(str(value))
            found |= secrets_of(value, key)
        return found
    if isinstance(document, list):
        named = {str(item["name"]) for item in document if under == "imagePullSecrets"}
        return named | {name for item in document for name in secrets_of(item, under)}
    return set()


def test_what_the_stack_tells(plan: Plan) -> None:
    assert plan.exports["model"] == "delay"
    assert plan.exports["variants"] == {"wide": 80, "deep": 20}
    assert plan.exports["endpoints"] == {
        "serving": "https://serving.serving.svc.cluster.local:8443"
    }
    assert plan.exports["namespaces"] == sorted(place.ALL)
    assert set(plan.exports["images"]) >= {"serving", "training", "issuer"}
    assert plan.exports["tags"]["managed-by"] == "pulumi"


def test_two_runs_declare_the_same(plan: Plan) -> None:
    again = build("local")

    def declared(which: Plan) -> dict[str, object]:
        return {record.urn: record.inputs for record in which.records}

    assert declared(again) == declared(plan)


def lock_of(folder: Path, names: list[str]) -> Path:
    path = folder / "images.lock"
    path.write_text(json.dumps({"images": {name: {"digest": DIGEST} for name in names}}))
    return path


def test_a_new_image_of_one_step_runs_it_and_those_after_it_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(plan.exports["images"])
    path = lock_of(tmp_path, names)
    monkeypatch.setenv("MIZAN_IMAGES_LOCK", str(path))
    before = build("local", preview=False)
    content = json.loads(path.read_text())
    content["images"]["signing"]["digest"] = f"sha256:{'b' * 64}"
    path.write_text(json.dumps(content))

    after = build("local", preview=False)

    changed = {
        new.metadata["name"]
        for new, _ in after.pods()
        if new.inputs != next(old for old in before.records if old.urn == new.urn).inputs
    }
    # The gate looks for the new image; landing and training have nothing to do again.
    assert changed == {"published-images", "signing", "serving"}
