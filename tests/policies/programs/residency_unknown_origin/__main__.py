"""A value that the plan does not know and that no resource of the stack gives."""

import asyncio

import pulumi

from tests.policies.programs.compliant import Resource


def unknown() -> pulumi.Output[str]:
    """An output as a program can make one to hide what is in it."""

    def resolved(value: object) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = asyncio.get_event_loop().create_future()
        future.set_result(value)
        return future

    known = resolved(False)  # noqa: FBT003 - the value itself
    return pulumi.Output(resolved(set()), resolved(""), known)  # type: ignore[arg-type]


Resource("kubernetes:core/v1:ConfigMap", "settings", data={"bucket": unknown()})
