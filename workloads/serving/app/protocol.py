"""Messages of the Open Inference Protocol v2, JSON and binary tensor extension."""

from typing import Annotated, Any

import msgspec

MEDIA_JSON = b"application/json"
MEDIA_BINARY = b"application/octet-stream"
HEADER_LENGTH = b"inference-header-content-length"

Identifier = Annotated[str, msgspec.Meta(max_length=128)]


class RequestError(Exception):
    """A request that cannot be answered; the message goes to the client."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class InputTensor(msgspec.Struct, forbid_unknown_fields=True):
    """One input of a request; its data stays raw until the contract says what it should be."""

    name: str
    datatype: str
    shape: list[int]
    parameters: dict[str, Any] = {}
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class RequestedOutput(msgspec.Struct, forbid_unknown_fields=True):
    """One output that a request asks for."""

    name: str
    parameters: dict[str, Any] = {}


class InferenceRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON part of a request."""

    inputs: list[InputTensor]
    id: Identifier = ""
    parameters: dict[str, Any] = {}
    outputs: list[RequestedOutput] = []


_decoder = msgspec.json.Decoder(InferenceRequest)
encode = msgspec.json.Encoder().encode


def split(body: bytes, json_length: bytes | None) -> tuple[InferenceRequest, memoryview]:
    """Separates the JSON part of a request from the binary tensors behind it.

    Args:
        body: The request body.
        json_length: Value of the header Inference-Header-Content-Length, if there is one.

    Raises:
        RequestError: The header does not fit the body, or the JSON part is not a request.
    """
    view = memoryview(body)
    if json_length is not None:
        if not json_length.isdigit() or int(json_length) > len(body):
            raise RequestError(
                f"Inference-Header-Content-Length is {json_length.decode('latin-1')!r}: give the "
                f"length of the JSON part, at most the body's {len(body)} bytes"
            )
        length = int(json_length)
        view, rest = view[:length], view[length:]
    else:
        rest = view[len(body) :]
    try:
        return _decoder.decode(view), rest
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RequestError(f"body is not an inference request: {error}") from error
    except RecursionError as error:
        raise RequestError("body is not an inference request: nested too deeply") from error


def subject_of(request: InferenceRequest) -> str:
    """Returns the subject id that a variant is assigned by.

    Raises:
        RequestError: There is none, or it is not a short text.
    """
    subject = request.parameters.get("subject_id")
    if not isinstance(subject, str) or not 0 < len(subject) <= 256:  # noqa: PLR2004 - in the message
        raise RequestError(
            "parameters.subject_id must be a text of 1 to 256 characters: it decides the variant; "
            "address /versions/{variant} to choose one without it"
        )
    return subject
