"""Numbers with their unit, and the few kinds of text that fields hold."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

Days = Annotated[int, Field(ge=1, json_schema_extra={"unit": "days"})]
Hours = Annotated[int, Field(ge=1, json_schema_extra={"unit": "hours"})]
Minutes = Annotated[int, Field(ge=1, json_schema_extra={"unit": "minutes"})]
Gibibytes = Annotated[int, Field(ge=1, json_schema_extra={"unit": "GiB"})]
Mebibytes = Annotated[int, Field(ge=1, json_schema_extra={"unit": "MiB"})]
Millicores = Annotated[int, Field(ge=1, json_schema_extra={"unit": "millicores (1/1000 CPU)"})]
Percent = Annotated[int, Field(ge=0, le=100, json_schema_extra={"unit": "percent"})]
UsDollars = Annotated[int, Field(ge=0, json_schema_extra={"unit": "US dollars per month"})]
Month = Annotated[int, Field(ge=1, le=12, json_schema_extra={"unit": "month of the year"})]
Nodes = Annotated[int, Field(ge=0, le=1000, json_schema_extra={"unit": "nodes"})]
Replicas = Annotated[int, Field(ge=1, le=1000, json_schema_extra={"unit": "pods"})]

_SLUG: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_TAG_VALUE: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
_EMAIL: Final = r"^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+$"
_DOMAIN: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
_HOST: Final = rf"^{_DOMAIN}(:[1-9][0-9]{{0,4}})?$"
_COUNTRY: Final = r"^[A-Z]{2}$"
_SIZE: Final = r"^(medium|large|[0-9]{0,3}xlarge)$"
_TOPIC: Final = r"^[a-z][a-z0-9]*([.-][a-z0-9]+)*$"

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        _SLUG: "lower-case letters and digits in words joined by hyphens, such as ai-platform",
        _TAG_VALUE: "letters, digits, dots, hyphens and underscores, such as CC-1042",
        _EMAIL: "an e-mail address, such as ai-platform@bank.example",
        rf"^{_DOMAIN}$": "a lower-case domain name, such as images.bank.example",
        _HOST: "a lower-case host name, with a port if need be, such as images.bank.example:5000",
        _COUNTRY: "two capital letters, such as AE",
        _SIZE: "a size such as large, xlarge or 4xlarge",
        _TOPIC: "lower-case letters and digits in words joined by dots or hyphens, such as "
        "flights.events",
        r"^1\.[0-9]{2}$": "a Kubernetes version, such as 1.34",
    }
)
"""Every pattern of a text field, in words."""

# Valid as a Kubernetes name, a cloud tag and a DNS label.
Slug = Annotated[str, Field(pattern=_SLUG, max_length=40)]

TopicName = Annotated[str, Field(pattern=_TOPIC, max_length=120)]

ZoneName = Annotated[str, Field(pattern=_SLUG, max_length=63)]

# What both a cloud tag and a Kubernetes label take as a value, so that one set serves both.
TagValue = Annotated[str, Field(pattern=_TAG_VALUE, max_length=63)]

EmailAddress = Annotated[str, Field(pattern=_EMAIL, max_length=254)]

DomainName = Annotated[str, Field(pattern=rf"^{_DOMAIN}$", max_length=253)]

HostName = Annotated[str, Field(pattern=_HOST, max_length=259)]

SizeName = Annotated[str, Field(pattern=_SIZE)]

CountryCode = Annotated[
    str, Field(pattern=_COUNTRY, json_schema_extra={"unit": "ISO 3166 country code"})
]
