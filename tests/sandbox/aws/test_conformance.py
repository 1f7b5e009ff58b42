"""Every type that has a table, from its creation to its deletion.

`samples/<service>.yaml` holds a list of samples: `type`, `inputs`, `change` (what changes in place)
and `replace` (what needs another resource), each laid over the inputs. A type that has none of
them says so: `change: none`. `${vpc.id}` is the id, or an output, of a resource in
`samples/prerequisites.yaml`. `stays: reason` is for what is never gone, `unread: reason` for what
cannot be found by its id alone.
"""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from pulumi.runtime.rpc import UNKNOWN

from sandbox.aws.provider import naming
from sandbox.aws.provider import schema as schemas
from sandbox.aws.provider.likeness import as_declared
from sandbox.aws.provider.parameters import takes
from sandbox.aws.provider.plan import replaces
from sandbox.aws.provider.provider import AwsProvider
from sandbox.aws.provider.resource import Resource, call
from sandbox.aws.provider.schema import schema_of
from sandbox.aws.provider.types import every
from tests.sandbox.aws.conftest import SAMPLES
from tests.sandbox.aws.trial import Trial

Sample = dict[str, Any]
NONE = "none"
FOUND: list[Sample] = [
    sample
    for path in sorted(SAMPLES.glob("*.yaml"))
    if path.stem != "prerequisites"
    for sample in yaml.safe_load(path.read_text())
]
TYPES = sorted(every())


def test_every_type_has_a_sample() -> None:
    assert {sample["type"] for sample in FOUND} == set(TYPES)


@pytest.mark.parametrize("token", TYPES)
def test_a_table_says_something_about_every_property(token: str) -> None:
    resource, schema = every()[token], schema_of(token)
    said = {
        *_sent(resource),
        *resource.apart,
        *resource.refuse,
        *(name for name in resource.key.values() if isinstance(name, str)),
    }
    changeable = {name for name in schema.inputs if _changeable(resource, name)}
    assert set(schema.inputs) - said == set(), "no call takes them: rename, ignore or refuse them"
    silent = {n for n in schema.inputs if n not in changeable and not replaces(resource, schema, n)}
    assert silent - {"region", "tags"} - set(resource.refuse) == set(), (
        "nothing changes them in place: add a call, or put them in `replace`"
    )
    named = {
        *resource.rename,
        *resource.outputs,
        *resource.defaults,
        *resource.ignore,
        *resource.refuse,
        *resource.unfilled,
        *(resource.replace if isinstance(resource.replace, tuple) else ()),
    }
    unknown = {n.partition(".")[0] for n in named} - set(schema.inputs) - set(schema.outputs)
    assert unknown == set(), "the type has no such properties"


def _sent(resource: Resource) -> set[str]:
    schema = schema_of(resource.token)
    found: set[str] = set()
    for given in (resource.create, *resource.updates):
        found |= set(schema.inputs) if callable(given) else takes(resource, schema, call(given))
    return found


def _changeable(resource: Resource, name: str) -> bool:
    schema = schema_of(resource.token)
    return name in resource.apart or any(
        callable(given) or name in takes(resource, schema, call(given))
        for given in resource.updates
    )


@pytest.mark.parametrize("sample", FOUND, ids=[sample["type"] for sample in FOUND])
def test_a_resource_lives_as_its_table_says(
    sample: Sample, provider: AwsProvider, filled: Callable[[Any], Any]
) -> None:
    given = filled(sample["inputs"])
    trial = Trial(provider, sample["type"])
    _is_created(trial, given)
    if "unread" not in sample:
        _is_imported(trial)
    if sample["change"] != NONE:
        _is_changed(trial, {**given, **filled(sample["change"])})
    last = trial
    if sample["replace"] != NONE:
        last = _is_replaced(trial, {**given, **filled(sample["replace"])}, set(sample["replace"]))
    last.delete()
    for one in (trial, last):
        assert "stays" in sample or one.read() is None, "still there after its deletion"
        one.delete()


def _is_created(trial: Trial, given: Sample) -> None:
    resource, schema = every()[trial.token], schema_of(trial.token)
    inputs = trial.checked(given)
    foreseen = trial.preview(inputs)
    for name in set(schema.computed) - {"tagsAll", "region"}:
        known = not schema.outputs[name].required
        assert known or foreseen[name] == UNKNOWN, f"{name} is not known before creation"

    trial.create(inputs)
    assert trial.id
    empty = {n for n, known in schema.outputs.items() if known.required and n not in trial.state}
    assert empty - set(resource.unfilled) == set(), f"outputs without a value; has {trial.state}"
    for name in schema.outputs.keys() & trial.state.keys():
        assert not _mistyped(name, trial), f"{name} has another type"
    if "tags" in schema.inputs:
        assert trial.state["tagsAll"]["owner"] == "platform"

    again = trial.checked(given)
    assert again == inputs, "a name is kept"
    assert not trial.diff(again).changes
    _is_as_declared(trial)


def _is_imported(trial: Trial) -> None:
    resource, schema = every()[trial.token], schema_of(trial.token)
    found = trial.imported()
    assert found is not None, "cannot be imported by its id"
    known = (schema.inputs.keys() & found[1].keys() & trial.inputs.keys()) - set(resource.ignore)
    for name in known | ({"arn"} & trial.state.keys()):
        assert as_declared(trial.state[name], found[1].get(name)), f"{name} imported"


def _is_changed(trial: Trial, given: Sample) -> None:
    changed = trial.checked(given)
    plan = trial.diff(changed)
    assert plan.changes
    assert not plan.replaces
    trial.update(changed)
    _is_as_declared(trial)
    assert not trial.diff(changed).changes
    if "tags" not in schema_of(trial.token).inputs:
        return
    for tags in ({"owner": "platform", "new": "tag"}, {"owner": "others"}):
        tagged = {**changed, "tags": tags}
        assert not trial.diff(tagged).replaces, "tags change in place"
        trial.update(tagged)
        assert trial.state["tagsAll"] == tags
        _is_as_declared(trial)


def _is_replaced(old: Trial, given: Sample, properties: set[str]) -> Trial:
    plan = old.diff(old.checked(given))
    assert set(plan.replaces or ()) - {"tags"} == properties, "replaced for another reason"
    new = Trial(old.provider, old.token, "second")
    inputs = new.checked(given, new=True)
    assert plan.delete_before_replace or not _same_name(every()[old.token], inputs, old.inputs)
    if plan.delete_before_replace:
        old.delete()
    new.create(inputs)
    _is_as_declared(new)
    if not plan.delete_before_replace:
        old.delete()
    return new


def _same_name(resource: Resource, one: Sample, other: Sample) -> bool:
    name = naming.named(schema_of(resource.token), resource)
    return name is not None and one[name] == other[name]


def _mistyped(name: str, trial: Trial) -> list[tuple[str, str]]:
    kind = schema_of(trial.token).outputs[name].kind
    return [
        fault
        for fault in schemas._mistyped(trial.state[name], kind, name, trial.token)
        if "needs the property" not in fault[1]
    ]


def _is_as_declared(trial: Trial) -> None:
    found = trial.read()
    assert found is not None, "gone, or not readable"
    live, state = found
    plan = trial.diff(trial.inputs, old=live)
    assert not plan.changes, {n: (live.get(n), trial.inputs.get(n)) for n in plan.diffs or ()}
    for name, value in trial.inputs.items():
        assert name not in state or as_declared(value, state[name]), name
