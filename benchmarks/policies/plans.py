"""Plans of a given size, made of copies of one real plan, and a plan that breaks some rules."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
_SETTING = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


def resized(plan: Json, count: int) -> Json:
    """A plan of `count` resources: the given one, as often as it takes, the last copy in part.

    Each copy bears its number in the names of its resources and buckets, so that the mix of types,
    the joins between them and the documents in them are those of the real plan. Components are
    left out, since no peer judges them; the providers are there once and do not count.

    Args:
        plan: What `pulumi preview --json` printed.
        count: How many resources.
    """
    states = [step["newState"] for step in plan["steps"] if step.get("newState")]
    steps = [_step(state) for state in states if state["type"].startswith("pulumi:providers:")]
    made = [
        state for state in states if state.get("custom") and not state["type"].startswith("pulumi:")
    ]
    for number, left in enumerate(range(count, 0, -len(made)), start=1):
        steps += [_step(_numbered(state, number)) for state in made[:left]]
    return {"steps": steps, "diagnostics": []}


def spoiled(plan: Json) -> Json:
    """The plan with something wrong for each rule that a peer has too."""
    plan = deepcopy(plan)
    states: list[Json] = [step["newState"] for step in plan["steps"] if step.get("newState")]

    def each(type_: str, spoil: Callable[[Json], object], most: int = 3) -> None:
        for state in [state for state in states if state["type"] == type_][:most]:
            spoil(state["inputs"])

    each("aws:kms/key:Key", lambda inputs: inputs["tags"].update(owner=" "))
    each("aws:sns/topic:Topic", lambda inputs: inputs.update(region="eu-west-1"))
    each("aws:kms/key:Key", lambda inputs: inputs.update(multiRegion=True), 1)
    each(
        "kubernetes:core/v1:Namespace",
        lambda inputs: inputs["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
    )
    each("kubernetes:apps/v1:Deployment", _tagged, 2)
    each(_SETTING, lambda inputs: inputs.update(rules=[]), 2)
    buckets = [state["urn"] for state in states if state["type"] == "aws:s3/bucket:Bucket"]
    bare = buckets[-1]
    plan["steps"] = [
        step
        for step in plan["steps"]
        if not step.get("newState")
        or step["newState"]["type"] != _SETTING
        or bare not in step["newState"]["propertyDependencies"]["bucket"]
    ]
    return plan


def _tagged(inputs: Json) -> None:
    inputs["spec"]["template"]["spec"]["containers"][0]["image"] = "registry/program:latest"


def _step(state: Json) -> Json:
    return {"op": "create", "newState": state}


def _numbered(state: Json, number: int) -> Json:
    inputs = dict(state["inputs"])
    if state["type"].startswith("aws:s3/") and isinstance(inputs.get("bucket"), str):
        inputs["bucket"] = f"{inputs['bucket']}-{number}"
    dependencies = {
        key: [_renamed(urn, number) for urn in urns or ()]
        for key, urns in (state.get("propertyDependencies") or {}).items()
    }
    return {
        **state,
        "urn": _renamed(state["urn"], number),
        "inputs": inputs,
        "propertyDependencies": dependencies,
    }


def _renamed(urn: str, number: int) -> str:
    place, _, name = urn.rpartition("::")
    return f"{place}::copy{number}-{name}"
