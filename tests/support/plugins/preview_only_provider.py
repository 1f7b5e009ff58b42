"""Preview-only stand-in for a provider plugin, so that the real engine can plan without a cloud.

It accepts every input as it is, and says nothing of outputs, which so stay unknown. It refuses to
create, change or delete anything. With MIZAN_TEST_STATE it pretends to create, for a test that
needs a state as the engine writes it; with MIZAN_TEST_ARN what it made has that ARN, which nobody
knew at preview.
"""

import os
import sys

from pulumi.provider.experimental import provider
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import main


class RefusedError(Exception):
    """Something other than a preview was asked."""

    def __init__(self) -> None:
        super().__init__("this provider is a stand-in for previews in tests and makes nothing")


class PreviewOnly(provider.Provider):
    async def get_schema(self, _request: provider.GetSchemaRequest) -> provider.GetSchemaResponse:
        return provider.GetSchemaResponse("{}")

    async def check_config(self, request: provider.CheckRequest) -> provider.CheckResponse:
        return provider.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, _request: provider.DiffRequest) -> provider.DiffResponse:
        return provider.DiffResponse()

    async def configure(self, _request: provider.ConfigureRequest) -> provider.ConfigureResponse:
        return provider.ConfigureResponse(supports_preview=True)

    async def check(self, request: provider.CheckRequest) -> provider.CheckResponse:
        return provider.CheckResponse(inputs=request.new_inputs)

    async def diff(self, request: provider.DiffRequest) -> provider.DiffResponse:
        return provider.DiffResponse(changes=request.old_state != request.new_inputs)

    async def create(self, request: provider.CreateRequest) -> provider.CreateResponse:
        if request.preview:
            return provider.CreateResponse(resource_id="", properties=request.properties)
        if "MIZAN_TEST_STATE" not in os.environ:
            raise RefusedError
        arn = os.environ.get("MIZAN_TEST_ARN")
        outputs = {"arn": PropertyValue(arn)} if arn else {}
        return provider.CreateResponse(
            resource_id="made", properties={**request.properties, **outputs}
        )

    async def update(self, request: provider.UpdateRequest) -> provider.UpdateResponse:
        if not request.preview:
            raise RefusedError
        return provider.UpdateResponse(properties=request.news)

    async def delete(self, _request: provider.DeleteRequest) -> None:
        raise RefusedError


if __name__ == "__main__":
    main(sys.argv[1:], "0.0.1", PreviewOnly())
