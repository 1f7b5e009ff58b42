"""One resource from its creation to its deletion, as its table says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jmespath

from sandbox.aws.provider.connection import AwsError, Connection, gone, made_for, model
from sandbox.aws.provider.likeness import as_declared
from sandbox.aws.provider.mapping import UnmappedError, from_pairs, from_structure
from sandbox.aws.provider.parameters import (
    input_shape,
    merged,
    parameters,
    tagging_of,
    tags_in,
    takes,
)
from sandbox.aws.provider.resource import Aspect, Call, Do, Facts, Function, Resource, call
from sandbox.aws.provider.schema import Schema
from sandbox.aws.provider.tagging import member_for_keys, member_for_tags
from sandbox.aws.provider.templates import MISSING, filled, path, taken_apart
from sandbox.provider_service.errors import ProviderError
from sandbox.provider_service.values import Values

UNFINISHED = "__unfinished"
"""Output that names the properties which a failed operation did not set."""


class UnfinishedError(ProviderError):
    """A resource exists, but not all of it could be set.

    Attributes:
        id: the resource's id.
        state: its outputs.
    """

    def __init__(self, message: str, resource_id: str, state: Values) -> None:
        super().__init__(message)
        self.id = resource_id
        self.state = state


@dataclass(frozen=True)
class Lifecycle:
    """The operations of one type in one region."""

    resource: Resource
    schema: Schema
    connection: Connection
    region: str
    urn: str = ""
    """The resource, for the stand-in's ledger."""

    def create(self, inputs: Values) -> tuple[str, Values]:
        """Create a resource; return its id and outputs.

        Raises:
            UnfinishedError: it exists, but not all of it could be set.
            ProviderError: AWS refused.
        """
        facts = self._facts(inputs, {})
        foreknown = filled(self.resource.id, facts) if "{" in self.resource.id else MISSING
        with made_for(self.urn, "" if foreknown is MISSING else str(foreknown)):
            made, told = self._made(inputs, facts)
        resource_id = self._id(made, facts)
        # What the answer says is known from here on, as for an update that goes on.
        known = self._outputs(made, {**facts, "id": resource_id})
        facts = self._facts(inputs, known, resource_id)
        todo = [
            aspect
            for aspect in self.resource.aspects
            if inputs.get(aspect.properties[0]) is not None
            and not {n for n in aspect.properties if n in inputs} <= told
        ]
        tags = {} if "tags" in told else inputs.get("tags") or {}
        return resource_id, self._finished(inputs, known, facts, todo, (tags, set()))

    def _made(self, inputs: Values, facts: Facts) -> tuple[Any, set[str]]:
        """Make the resource; return the answer, and the properties that were told."""
        given = self.resource.create
        if callable(given):
            return given(self._aws(), facts), set()
        do = call(given)
        told = takes(self.resource, self.schema, do)
        wanted = self._parameters(do, facts, {*self.resource.defaults, *inputs})
        into = input_shape(self.resource, do.operation)
        tags = inputs.get("tags") or {}
        sent = tags_in(into, tags) if into is not None and self._tagging else {}
        if sent:
            told.add("tags")
        return self._at(do, self._call(do.operation, {**sent, **wanted}), facts), told

    def update(
        self, resource_id: str, old: Values, state: Values, inputs: Values, changed: set[str]
    ) -> Values:
        """Change a resource in place; return its outputs.

        Args:
            resource_id: the resource's id.
            old: inputs of the last update.
            state: outputs of the last update.
            inputs: inputs now.
            changed: properties that differ.

        Raises:
            UnfinishedError: not all of it could be set.
        """
        # What was taken out of the program is not what it was.
        kept = {n: v for n, v in state.items() if n in inputs or n not in old}
        facts = {**self._facts(inputs, kept, resource_id), "old": old, "changed": changed}
        todo = [a for a in self.resource.aspects if changed & set(a.properties)]
        plain = changed - self.resource.apart
        for given in self.resource.updates:
            if callable(given):
                if plain:
                    given(self._aws(), facts)
            elif plain & takes(self.resource, self.schema, call(given)):
                self._do(given, facts, {*self.resource.defaults, *inputs})
        tags: Values = {}
        untagged: set[str] = set()
        if "tags" in changed:
            tags = inputs.get("tags") or {}
            untagged = set(old.get("tags") or {}) - set(tags)
        return self._finished(inputs, kept, facts, todo, (tags, untagged))

    def read(self, resource_id: str, state: Values, *, tags: bool = True) -> Values | None:
        """Return the live properties; None where the resource is gone."""
        facts = self._facts({}, state, resource_id)
        try:
            part = self._part(facts)
        except AwsError as error:
            if self._says_gone(error):
                return None
            raise
        if part is None or part == []:
            return None
        live = {**taken_apart(self.resource.id, resource_id), **self._live(part, facts)}
        for aspect in self.resource.aspects:
            if aspect.read is not None:
                live |= self._aspect(aspect, {**facts, **live})
        if tags and self._tagging and "tags" not in live:
            live["tags"] = self._tags({**facts, **live})
        return live

    def delete(self, resource_id: str, state: Values) -> None:
        """Delete a resource; nothing happens where it is gone already."""
        if self.resource.delete is None:
            return
        try:
            with gone(self.urn, resource_id):
                self._do(self.resource.delete, self._facts({}, state, resource_id))
        except AwsError as error:
            if not self._says_gone(error):
                raise

    def state(self, inputs: Values, live: Values) -> Values:
        """Return the outputs of a resource: what was declared, and what AWS has besides."""
        known = {
            name: value
            for name, value in live.items()
            # A map is as declared; a block may hold more than was.
            if name in self.schema.outputs
            and not (name in inputs and self.schema.outputs[name].kind.name == "map")
        }
        made: Values = merged({**self.resource.defaults, **known}, _declared(inputs))
        for name in ("arn", "id"):
            if name in self.schema.outputs and name in live:
                made[name] = live[name]
        for name, output in self.schema.outputs.items():
            # What pulumi-aws always has, and neither side says, is what it is when it is unset.
            if output.required and name in self.schema.inputs and name not in made:
                made[name] = output.kind.empty
        if "tagsAll" in self.schema.outputs:
            made["tagsAll"] = dict(made.get("tags") or {})
        if "region" in self.schema.outputs:
            made["region"] = self.region
        return made

    @property
    def _tagging(self) -> Any:
        return tagging_of(self.resource, self.schema)

    def _aws(self) -> Any:
        return self.connection.caller(self.resource.service, self.region)

    def _call(self, operation: str, given: Values) -> Any:
        return self.connection.call(self.resource.service, self.region, operation, given)

    def _facts(self, inputs: Values, state: Values, resource_id: str = "") -> Facts:
        facts = {
            **self.resource.defaults,
            **taken_apart(self.resource.id, resource_id),
            **state,
            **inputs,
            "region": self.region,
            "account": self.connection.account(self.region),
        }
        if resource_id:
            facts["id"] = resource_id
        return self.resource.before(facts) if self.resource.before else facts

    def _parameters(
        self, do: Do, facts: Facts, names: Iterable[str], aspect: Aspect | None = None
    ) -> Values:
        values = {name: facts[name] for name in names if name in facts}
        try:
            return parameters(self.resource, self.schema, do, facts, values, aspect=aspect)
        except UnmappedError as error:
            raise ProviderError(
                f"property {str(error)!r} of {self.resource.token} has no place in "
                f"{self.resource.service}:{do.operation}"
            ) from error

    def _do(
        self,
        given: Call | Function,
        facts: Facts,
        names: Iterable[str] | None = None,
        aspect: Aspect | None = None,
    ) -> Any:
        """Make a call, which sends the properties of some names; by default those it says."""
        if callable(given):
            return given(self._aws(), facts)
        do = call(given)
        sent = self._parameters(do, facts, do.only or () if names is None else names, aspect)
        return self._at(do, self._call(do.operation, sent), facts)

    @staticmethod
    def _at(do: Do, answer: Any, facts: Facts) -> Any:
        return jmespath.search(path(do.at, facts), answer) if do.at else answer

    def _id(self, made: Any, facts: Facts) -> str:
        found = (
            filled(self.resource.id, {**(made or {}), **facts})
            if "{" in self.resource.id
            else jmespath.search(self.resource.id, made)
        )
        if found is MISSING or not found:
            raise ProviderError(
                f"the id of {self.resource.token} is not to be found by {self.resource.id!r}"
            )
        return str(found)

    def _part(self, facts: Facts) -> Any:
        part = self._do(self.resource.read, facts)
        says_gone = self.resource.gone
        if part and callable(says_gone) and says_gone(part):
            return None
        return part

    def _live(self, part: Values, facts: Facts) -> Values:
        """Return the properties that the live part holds."""
        if self.resource.after:
            part = self.resource.after(part)
        found = self._outputs(part, facts)
        for name, where in self.resource.outputs.items():
            if callable(where) and (value := where(part, {**facts, **found})) is not None:
                found[name] = value
        return found

    def _outputs(self, part: Any, facts: Facts) -> Values:
        """Return the properties that an answer holds."""
        if not isinstance(part, dict):
            part = {}
        found = from_structure(
            part, self.schema.outputs, self.resource.rename, noun=self.schema.noun
        )
        if "tags" in found:
            found["tags"] = {k: v for k, v in found["tags"].items() if not k.startswith("aws:")}
        for name, where in self.resource.outputs.items():
            if callable(where):
                continue
            if "{" in where:
                value = filled(where, {**facts, **found})
            else:
                value = jmespath.search(where, part)
            if value is not MISSING and value is not None:
                found[name] = value
        return found

    def _aspect(self, aspect: Aspect, facts: Facts) -> Values:
        assert aspect.read is not None  # noqa: S101 - asked before
        try:
            part = self._do(aspect.read, facts)
        except AwsError as error:
            if self._says_gone(error):
                return {}
            raise
        rename = {**self.resource.rename, **aspect.rename}
        known = {n: k for n, k in self.schema.outputs.items() if n in aspect.properties}
        if not isinstance(part, dict):
            part = {aspect.properties[0]: part} if part is not None else {}
        return from_structure(part, known, rename)

    def _finished(
        self,
        inputs: Values,
        known: Values,
        facts: Facts,
        aspects: Iterable[Aspect],
        tags: tuple[Values, set[str]],
    ) -> Values:
        """Make the calls after the first one, read the resource, and return its outputs."""
        errors: list[str] = []
        unfinished: list[str] = []
        live: Values = {}
        for aspect in aspects:
            try:
                self._set(aspect, inputs, facts)
            except ProviderError as error:
                errors.append(str(error))
                unfinished += aspect.properties
        try:
            read = self.read(facts["id"], {**known, **inputs}, tags=False)
            if read is None:
                errors.append(f"{self.resource.token} {facts['id']!r} is gone after it was made")
            live = read or {}
        except ProviderError as error:
            errors.append(str(error))
        try:
            if any(tags):  # by its ARN, which may be known only now
                self._tag({**facts, **live}, *tags)
        except ProviderError as error:
            errors.append(str(error))
            unfinished.append("tags")
        live.pop("tags", None)  # read before they were set
        state = self.state(inputs, live)
        if errors:
            raise UnfinishedError("; ".join(errors), facts["id"], {**state, UNFINISHED: unfinished})
        return state

    def _set(self, aspect: Aspect, inputs: Values, facts: Facts) -> None:
        value = inputs.get(aspect.properties[0])
        if aspect.remove is not None and (value is None or value is False):
            try:
                self._do(aspect.remove, facts)
            except AwsError as error:
                if not self._says_gone(error):
                    raise
        elif value is not None or aspect.properties[0] in self.resource.defaults:
            self._do(aspect.put, facts, aspect.properties, aspect)

    def _tag(self, facts: Facts, tags: Values, untagged: set[str]) -> None:
        how = self._tagging
        if how is None:
            return
        who = filled(dict(how.who), facts)
        shape = input_shape(self.resource, how.tag)
        if how.whole and tags:
            inner = shape.members[how.whole]
            self._call(how.tag, {**who, how.whole: tags_in(inner, tags)})
            return
        if how.whole:
            self._call(how.untag, who)
        elif untagged:
            keys = input_shape(self.resource, how.untag)
            member = member_for_keys(keys)
            pairs = keys.members[member].member.type_name == "structure"
            named = [{"Key": key} for key in sorted(untagged)] if pairs else sorted(untagged)
            self._call(how.untag, {**who, member: named})
        if tags:
            self._call(how.tag, {**who, **tags_in(shape, tags)})

    def _tags(self, facts: Facts) -> Values:
        how = self._tagging
        if not how.read:
            return dict(facts.get("tags") or {})
        shape = input_shape(self.resource, how.read)
        who = filled(dict(how.who), facts)
        try:
            answer = self._call(how.read, {n: v for n, v in who.items() if n in shape.members})
        except AwsError as error:
            if self._says_gone(error):
                return {}
            raise
        output = model(self.resource.service).operation_model(how.read).output_shape
        member = member_for_tags(output)
        return from_pairs(answer.get(member) or {}) if member else {}

    def _says_gone(self, error: AwsError) -> bool:
        codes = self.resource.gone
        named = (codes,) if isinstance(codes, str) else codes if isinstance(codes, tuple) else ()
        return error.gone or error.code in named


def _declared(inputs: Values) -> Values:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def drifted(inputs: Values, live: Values) -> Values:
    """Return the inputs as AWS has them now, as far as it says."""
    return {
        name: value
        if name not in live or as_declared(value, live[name])
        else _same_keys(value, live[name])
        for name, value in inputs.items()
    }


def _same_keys(declared: Any, live: Any) -> Any:
    """Return a live value without what AWS adds to what was declared."""
    if isinstance(declared, dict) and isinstance(live, dict):
        return {name: _same_keys(declared[name], live[name]) for name in declared if name in live}
    return live


__all__ = ["UNFINISHED", "Lifecycle", "UnfinishedError", "drifted"]
