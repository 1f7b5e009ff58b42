"""The shape of the tables: one `Resource` says how a resource type lives in AWS.

A file `types/<service>.py` holds `TYPES`, a tuple of these. Names and shapes of properties are not
said: pulumi-aws and botocore know them. A worked example, a KMS key:

    Resource(
        "aws:kms/key:Key",                   # the Pulumi type
        "kms",                               # botocore's name of the service
        create=Do("CreateKey", at="KeyMetadata"),
        id="KeyId",                          # path in the answer of `create`, after `at`
        key={"KeyId": "{id}"},               # sent with every call that takes it, once it is known
        read=Do("DescribeKey", at="KeyMetadata"),
        delete=Do("ScheduleKeyDeletion", send={"PendingWindowInDays": "{deletionWindowInDays}"}),
        aspects=(                            # what has calls of its own
            Aspect("description", put="UpdateKeyDescription"),
            Aspect("isEnabled", put="EnableKey", remove="DisableKey"),
            Aspect(                          # a function may stand for each of these calls
                "enableKeyRotation", "rotationPeriodInDays",
                put="EnableKeyRotation", remove="DisableKeyRotation",
                read="GetKeyRotationStatus", rename={"enableKeyRotation": "KeyRotationEnabled"},
            ),
            Aspect("policy", put=Do("PutKeyPolicy", send={"PolicyName": "default"}),
                   read=Do("GetKeyPolicy", send={"PolicyName": "default"})),
        ),
        rename={"customerMasterKeySpec": "KeySpec", "isEnabled": "Enabled"},
        replace=("customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"),
        gone=lambda live: live["KeyState"] == "PendingDeletion",
        defaults={"isEnabled": True, "deletionWindowInDays": 30},
        ignore={"bypassPolicyLockoutSafetyCheck": "the stand-in locks nobody out"},
    )

What happens by itself:

- *Parameters.* Each input goes to the member of the operation's input that has its name, whatever
  its case, punctuation or plural, with the type's noun before it if need be (`name` of a LogGroup
  is `logGroupName`), and so on inside it. A block that Pulumi flattens becomes a list of one,
  a map of tags the service's own list of pairs, a JSON text a structure where AWS wants one.
- *Outputs.* Each property of the type is taken from the answer of `read` in the same way.
  `outputs` adds what is called otherwise: a JMESPath into that answer, or a text with `{...}`,
  whose fields are facts (see below), or a function of (live part, facts). `defaults` fills the
  rest, and is sent too: it is what pulumi-aws gives for an absent input. An input that it always
  gives back and nobody says is empty. The conformance test fails on another output without a
  value, except `unfilled` ones.
- *Id.* `id` is a JMESPath into the answer of `create`, or a text with `{...}`; an import takes such
  a text apart again, so `{role}:{name}` is enough to find a resource.
- *Names.* An absent `name` (or the property that `name=` says) becomes the resource's Pulumi name
  and seven hexadecimal digits, and stays over updates. A resource with a name of the user's is
  deleted before it is replaced.
- *Tags.* Sent with `create` where it takes tags, else by the service's tagging operations, which
  are found (`provider/tagging.py`); `tagging=` says them where they are irregular.
- *Updates.* A changed property is sent by the aspect that has it, else by every `update` whose
  input takes it (with all other inputs that it takes). A property that neither takes must be in
  `replace`, or `replace="*"`: all those; `block.part` there is a part of one. `ignore` says of
  which properties AWS is told nothing, and `refuse` which cannot be given here, and why. The
  conformance test fails on a property about which nothing is said.
- *Gone.* An error whose code says so (`NoSuch…`, `…NotFound…`), an empty part at `at`, or what
  `gone` says: an error code, or a function of the live part.

Escape hatches: `before` changes the inputs before they are sent, `after` the live part before it
is read; `create`, `read`, `update`, `delete` may be functions of (`aws`, `facts`), where
`aws(operation, **parameters)` calls the type's service. `facts` holds `defaults`, outputs, inputs,
`id`, `region` and `account`; in an update also `old`, the inputs before, and `changed`, the names
of properties. `create` and `read` return what an answer would hold after `at` (None: it is gone).
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Protocol

from sandbox.aws.provider.tagging import Tagging

Facts = dict[str, Any]


class Aws(Protocol):
    """Calls operations of one service in one region."""

    def __call__(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer of an operation."""


@dataclass(frozen=True)
class Do:
    """One call."""

    operation: str
    _: KW_ONLY
    at: str = ""
    """JMESPath of the resource in the answer, in which `{name}` is filled in; all by default."""
    into: str = ""
    """Member of the input that takes the properties which have a place in it."""
    send: Mapping[str, Any] = field(default_factory=dict)
    """Further parameters: texts with `{...}`, or plain values; a missing one is left out."""
    only: tuple[str, ...] | None = None
    """Properties that are sent: by default every one that has a place, and none by a call that
    reads or deletes."""


Call = str | Do
Function = Callable[[Aws, Facts], Any]


class Aspect:
    """Properties with calls of their own.

    `put` is called when any changes, and at creation when the first of them has a value that
    `create` does not take itself; `remove`, where there is one, instead when that value is false
    or gone.

    Args:
        properties: their names.
        put: sets them, and sends them.
        remove: unsets them.
        read: says the live values; without it they are taken from the type's `read`, if there.
        rename: AWS's names in these calls, beside the type's own `rename`.
    """

    def __init__(
        self,
        *properties: str,
        put: Call | Function,
        remove: Call | Function | None = None,
        read: Call | Function | None = None,
        rename: Mapping[str, str] | None = None,
    ) -> None:
        self.properties = properties
        self.put = put
        self.remove = remove
        self.read = read
        self.rename = dict(rename or {})


@dataclass(frozen=True)
class Resource:
    """How one resource type lives in AWS; see the module."""

    token: str
    service: str
    _: KW_ONLY
    create: Call | Function
    read: Call | Function
    delete: Call | Function | None = None
    """None: nothing is deleted, as for a setting that an account always has."""
    id: str = "{name}"
    """JMESPath into what `create` answers, or a text with `{...}` over facts."""
    key: Mapping[str, Any] = field(default_factory=dict)
    """Parameters, as `send`, that name the resource in every call whose input takes them."""
    update: Call | Function | tuple[Call | Function, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    rename: Mapping[str, str] = field(default_factory=dict)
    """AWS's name for each path of properties (`rules.filter`) that is called otherwise."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Values of inputs that are not given, and of outputs that AWS's answer lacks."""
    replace: tuple[str, ...] | str = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    """Properties that no call takes, each with the reason."""
    refuse: Mapping[str, str] = field(default_factory=dict)
    """Properties that are not supported here, each with the reason; giving one is an error."""
    unfilled: tuple[str, ...] = ()
    """Outputs that pulumi-aws always has and the stand-in never."""
    name: str | None = "name"
    """Property that is named automatically when it is left out; None for no such."""
    name_prefix: str = ""
    """What automatic names begin with."""
    tagging: Tagging | None = None
    gone: str | tuple[str, ...] | Callable[[dict[str, Any]], bool] = ()
    renewed: tuple[str, ...] = ()
    """Outputs that every update changes, such as a version."""
    delete_before_replace: bool = False
    """Whether two of it cannot stand side by side even with different names."""
    secret: tuple[str, ...] = ()
    """Outputs that are secret."""
    before: Callable[[Facts], Facts] | None = None
    after: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.create, str):
            object.__setattr__(self, "create", Do(self.create))

    @property
    def updates(self) -> tuple[Call | Function, ...]:
        """Calls that change it in place, besides those of aspects and tags."""
        return self.update if isinstance(self.update, tuple) else (self.update,)

    @property
    def untold(self) -> set[str]:
        """Properties that no call sends by itself."""
        return {*self.ignore, "region", "tags", "tagsAll", "timeouts", "namePrefix"}

    @property
    def apart(self) -> set[str]:
        """Properties that `update` does not send."""
        return {*self.untold, *(name for aspect in self.aspects for name in aspect.properties)}


def call(given: Call) -> Do:
    """Return a call in full."""
    return Do(given) if isinstance(given, str) else given
