"""A provider abroad, which nothing uses yet."""

import pulumi

pulumi.ProviderResource("aws", "abroad", {"region": "eu-west-1"})
