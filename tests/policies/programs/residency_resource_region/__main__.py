"""One bucket abroad, by its own region, under a provider that stays in the country."""

from tests.policies.programs.compliant import Resource, encryption, inside

options = inside()
encryption(
    "lake-encryption",
    Resource("aws:s3/bucket:Bucket", "lake", options, region="eu-west-1"),
    options,
)
