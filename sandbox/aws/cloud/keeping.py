"""How operations are kept: collections of records, declared as data.

A file `kept/<service>.py` holds one `SERVICE`:

    SERVICE = Service(
        "accessanalyzer",                                  # botocore's name
        Collection(
            kind="analyzer",
            key=("analyzerName",),                         # parameters that name one record
            rename={"analyzerName": "name"},               # parameter -> field, where they differ
            made={                                         # fields that AWS makes
                "arn": "arn:aws:access-analyzer:{region}:{account}:analyzer/{name}",
                "status": "ACTIVE",
                "createdAt": "{now}",
            },
            create="CreateAnalyzer",
            describe="GetAnalyzer",
            listing="ListAnalyzers",
            update="UpdateAnalyzer",
            delete="DeleteAnalyzer",
        ),
    )

A record holds the parameters of its creation and the fields of `made`, whose texts may use
`{region}`, `{account}`, `{id}` (17 hexadecimal digits), `{uuid}`, `{now}` (alone: a time) and every
field before them. Answers are filled from the record by name, wherever the operation's output
has a member of that name; a structure that the record lacks is filled from the record as a whole
(`GetAnalyzer` -> `{"analyzer": {...}}`), a list that it lacks from the records. A list is filtered
by each parameter that a record also has (`clusterName`), by a list of ids, and by EC2's `Filters`.

`TagResource`, `UntagResource` and `ListTagsForResource` work for every record with an ARN.

What is not regular is a function `(call, store) -> dict` in `operations`: it returns the answer,
raises `RefusedCallError`, or returns `PASS` to let moto answer after it.
"""

import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError

Record = dict[str, Any]
PASS: dict[str, Any] = {"this answer": "is moto's"}
"""Returned by an operation that leaves the answer to moto."""
_DEPTH = 3


class Store:
    """Every kept record, by account, region, service and kind."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str, str, str], list[Record]] = {}

    def records(self, call: Call, kind: str) -> list[Record]:
        """Return the records of one kind in the region of a call; changes to them last."""
        place = (call.settings.account, call.region, call.service, kind)
        return self._records.setdefault(place, [])

    def by_arn(self, call: Call, arn: str) -> Record | None:
        """Return the record of the call's service that has an ARN."""
        for (_, _, service, _), records in self._records.items():
            if service == call.service:
                for record in records:
                    if arn in {v for k, v in record.items() if k.lower().endswith("arn")}:
                        return record
        return None

    def all(self) -> Iterator[tuple[str, str, str, Record]]:
        """Return service, region, kind and content of every record."""
        for (_, region, service, kind), records in self._records.items():
            for record in records:
                yield service, region, kind, record

    def everything(self) -> list[dict[str, str]]:
        """Return what exists, for the report."""
        return [
            {"region": region, "service": service, "kind": kind, "key": record["__key"]}
            for (_, region, service, kind), records in self._records.items()
            for record in records
        ]


Operation = Callable[[Call, Store], Any]


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Records of one kind, and the operations on them."""

    kind: str = ""
    """Singular noun, for errors and the report."""
    key: tuple[str, ...] = ()
    """Parameters that together name one record; none for a setting that exists once."""
    also: tuple[str, ...] = ()
    """Parameters each of which names a record by itself, such as its ARN."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """Field for each parameter that is called otherwise."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """Fields that the service makes: texts with `{...}`, or plain values."""
    initial: Mapping[str, Any] | None = None
    """The record that exists before anybody makes one, for a setting that exists once."""
    create: str = ""
    put: str = ""
    """Creates the record, or replaces its fields."""
    describe: str = ""
    listing: str = ""
    update: str = ""
    delete: str = ""
    missing: str = ""
    """Error code where there is no such record; found in the model by default."""
    exists: str = ""
    """Error code where there is one already; found in the model by default."""

    def operations(self) -> dict[str, Operation]:
        """Return the operations by name."""
        named = {
            self.create: self._create,
            self.put: self._put,
            self.describe: self._describe,
            self.listing: self._list,
            self.update: self._update,
            self.delete: self._delete,
        }
        return {name: operation for name, operation in named.items() if name}

    def found(self, call: Call, store: Store) -> Record | None:
        """Return the record that a call names."""
        given = self._fields(call)
        records = self._records(call, store)
        for alone in self.also:
            name = self.rename.get(alone, alone)
            if name in given:
                return next((r for r in records if r.get(name) == given[name]), None)
        names = [self.rename.get(name, name) for name in self.key]
        for record in records:
            if all(record.get(name) == given.get(name) for name in names):
                return record
        return None

    def _records(self, call: Call, store: Store) -> list[Record]:
        records = store.records(call, self.kind)
        if not records and self.initial is not None:
            records.append(self._complete(call, dict(self.initial)))
        return records

    def _fields(self, call: Call) -> Record:
        return {self.rename.get(name, name): v for name, v in call.parameters.items()}

    def _needed(self, call: Call, store: Store) -> Record:
        record = self.found(call, store)
        if record is None:
            named = {k: v for k, v in call.parameters.items() if k in {*self.key, *self.also}}
            code = self.missing or _error(call, "NotFound", "NoSuch", "DoesNotExist", "Nonexist")
            words = ", ".join(f"{k} {v!r}" for k, v in named.items()) or "of that name"
            raise RefusedCallError(code, f"There is no {self.kind} with {words}.")
        return record

    def _complete(self, call: Call, record: Record) -> Record:
        facts = {
            "region": call.region,
            "account": call.settings.account,
            "id": secrets.token_hex(9)[:17],
            "uuid": str(uuid.uuid4()),
        }
        for name, value in self.made.items():
            if name not in record:
                record[name] = _filled(value, {**facts, **record})
        names = [self.rename.get(name, name) for name in self.key]
        record["__key"] = " ".join(str(record.get(name)) for name in names)
        return record

    def _create(self, call: Call, store: Store) -> Any:
        record = self._complete(call, self._fields(call))
        names = [self.rename.get(name, name) for name in self.key]
        for other in self._records(call, store):
            if all(record.get(name) == other.get(name) for name in names):
                code = self.exists or _error(call, "AlreadyExist", "Conflict", "InUse", "Duplicate")
                raise RefusedCallError(code, f"There is a {self.kind} {record['__key']!r} already.")
        store.records(call, self.kind).append(record)
        return answer(call, record)

    def _put(self, call: Call, store: Store) -> Any:
        if self.found(call, store) is None:
            return self._create(call, store)
        return self._update(call, store)

    def _describe(self, call: Call, store: Store) -> Any:
        return answer(call, self._needed(call, store))

    def _list(self, call: Call, store: Store) -> Any:
        kept = [r for r in self._records(call, store) if _wanted(r, self._fields(call))]
        shape: Any = call.model.output_shape
        for name, member in shape.members.items():
            if member.type_name == "list":
                scalar = member.member.type_name != "structure"
                # A list of names holds the last of a key: what is before it was asked for.
                last = self.rename.get(self.key[-1], self.key[-1]) if self.key else "__key"
                return {name: [r[last] if scalar else filled(r, member.member) for r in kept]}
        return {}

    def _update(self, call: Call, store: Store) -> Any:
        record = self._needed(call, store)
        record.update(self._fields(call))
        return answer(call, record)

    def _delete(self, call: Call, store: Store) -> Any:
        record = self._needed(call, store)
        self._records(call, store).remove(record)
        return answer(call, record)


class Service:
    """The kept operations of one service.

    Args:
        name: botocore's name of the service.
        collections: what it keeps.
        operations: further operations, or what is to happen before moto's; these come first.
    """

    def __init__(
        self,
        name: str,
        *collections: Collection,
        operations: Mapping[str, Operation] | None = None,
    ) -> None:
        self.name = name
        self.operations: dict[str, Operation] = {
            "TagResource": _tag,
            "UntagResource": _untag,
            "ListTagsForResource": _list_tags,
        }
        for collection in collections:
            self.operations |= collection.operations()
        self.operations |= operations or {}


def answer(call: Call, record: Record) -> Any:
    """Return a record in the shape of the operation's output."""
    shape: Any = call.model.output_shape
    return filled(record, shape) if shape is not None else {}


def filled(record: Record, shape: Any, depth: int = _DEPTH) -> Record:
    """Return what a structure takes from a record, by name."""
    taken: Record = {}
    for name, member in shape.members.items():
        if name in record:
            taken[name] = record[name]
        elif member.type_name == "structure" and depth:
            inside = filled(record, member, depth - 1)
            if inside:
                taken[name] = inside
    return taken


def _wanted(record: Record, given: Record) -> bool:
    for name, value in given.items():
        if name == "Filters":
            for one in value:
                kept = record.get("".join(part.title() for part in one["Name"].split("-")))
                if kept is not None and str(kept) not in one["Values"]:
                    return False
        elif isinstance(value, list) and name.endswith("s") and name[:-1] in record:
            if record[name[:-1]] not in value:
                return False
        elif isinstance(value, str) and name in record and record[name] != value:
            return False
    return True


def _filled(value: Any, facts: Mapping[str, Any]) -> Any:
    if value == "{now}":
        return datetime.now(UTC)
    if isinstance(value, str):
        return value.format_map({**facts, "now": datetime.now(UTC).isoformat()})
    if isinstance(value, dict):
        return {name: _filled(item, facts) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, facts) for item in value]
    return value


def _error(call: Call, *marks: str) -> str:
    for mark in marks:
        for shape in call.model.error_shapes:
            if mark in shape.name:
                return str(shape.metadata.get("error", {}).get("code", shape.name))
    return "ResourceNotFoundException" if marks[0] == "NotFound" else "ConflictException"


def _tagged(call: Call, store: Store) -> Record | None:
    for name, value in call.parameters.items():
        if name.lower() in {"resourcearn", "arn"}:
            return store.by_arn(call, value)
    return None


def _tag_field(record: Record) -> str:
    return next((name for name in ("tags", "Tags", "TagList") if name in record), "tags")


def _tag(call: Call, store: Store) -> Any:
    record = _tagged(call, store)
    if record is None:
        return PASS
    new = next(v for k, v in call.parameters.items() if k.lower() in {"tags", "taglist"})
    name = _tag_field(record)
    kept = record.get(name) or type(new)()
    if isinstance(new, dict):
        record[name] = {**kept, **new}
    else:
        keys = {_key(tag) for tag in new}
        record[name] = [*(tag for tag in kept if _key(tag) not in keys), *new]
    return {}


def _untag(call: Call, store: Store) -> Any:
    record = _tagged(call, store)
    if record is None:
        return PASS
    keys = next(v for k, v in call.parameters.items() if k.lower() in {"tagkeys", "keys"})
    name = _tag_field(record)
    kept = record.get(name) or {}
    if isinstance(kept, dict):
        record[name] = {key: value for key, value in kept.items() if key not in keys}
    else:
        record[name] = [tag for tag in kept if _key(tag) not in keys]
    return {}


def _list_tags(call: Call, store: Store) -> Any:
    record = _tagged(call, store)
    if record is None:
        return PASS
    shape: Any = call.model.output_shape
    kept = record.get(_tag_field(record))
    return {
        name: kept or ({} if member.type_name == "map" else [])
        for name, member in shape.members.items()
        if name.lower() in {"tags", "taglist"}
    }


def _key(tag: Mapping[str, Any]) -> Any:
    return tag.get("Key", tag.get("key"))
