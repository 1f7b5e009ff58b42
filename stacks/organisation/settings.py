"""Everything that the organisation's program is told: the law, and its own configuration."""

import re
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import yaml

from components.organisation import OrganisationPoliciesArgs
from components.tags import Tags
from environments import DataClass, names
from stacks import law

BOUNDARY = Path(__file__).resolve().parent.parent.parent / "policies" / "boundary.yaml"
_ORGANISATION = re.compile(r"o-[a-z0-9]{10,32}")
ANY_MORE = "*"
"""An environment that holds several classes of data names them one after another."""


def regions(boundary: Path = BOUNDARY) -> tuple[str, ...]:
    """The cloud regions inside the country, as the law lists them.

    It is the law's own file, read as data, so that the plan and the organisation are held by one
    list.

    Raises:
        pulumi.RunError: if the file cannot be read, or lists no region.
    """
    try:
        document = yaml.safe_load(boundary.read_text(encoding="utf-8"))
        found = tuple(str(region["name"]) for region in document["regions"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise pulumi.RunError(f"{boundary}: the regions cannot be read: {error!r}") from error
    if not found:
        raise pulumi.RunError(f"{boundary}: no region is listed under `regions`")
    return found


def provider() -> aws.Provider:
    """AWS, asked from inside the country; AWS Organizations itself has no region.

    Raises:
        pulumi.RunError: if the boundary lists no region.
    """
    config = pulumi.Config()
    return aws.Provider(
        "aws",
        region=regions()[0],
        default_tags={
            "tags": {
                "owner": config.require("owner"),
                "cost-centre": config.require("costCentre"),
                "environment": pulumi.get_stack(),
                "managed-by": "pulumi",
            }
        },
    )


def policies() -> OrganisationPoliciesArgs:
    """What the policies say and hold for.

    Raises:
        pulumi.RunError: if the law cannot be read, an id is none, or a list is no list of texts.
    """
    config = pulumi.Config()
    return OrganisationPoliciesArgs(
        documents=law.organisation(
            _organisation(config.require("organisationId")),
            _texts("keepers", config.get_object("keepers") or []),
        ),
        targets=_texts("targets", config.require_object("targets")),
        tag_values={
            "data-class": [f"{data_class.value}{ANY_MORE}" for data_class in DataClass],
            "environment": [*names(), pulumi.get_stack()],
        },
        tags=Tags(workload="platform", data_class=DataClass.INTERNAL.value, profile="shared"),
    )


def _organisation(given: str) -> str:
    if _ORGANISATION.fullmatch(given) is None:
        raise pulumi.RunError(
            f"mizan-organisation:organisationId is {given!r}: give o- and 10 to 32 letters and "
            "digits"
        )
    return given


def _texts(key: str, given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(entry, str) for entry in given):
        raise pulumi.RunError(
            f"mizan-organisation:{key} is {given!r}: give a list of texts, such as "
            f"pulumi config set --path '{key}[0]' <value>"
        )
    return given
