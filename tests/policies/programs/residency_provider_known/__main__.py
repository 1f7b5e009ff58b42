"""A provider of a cloud that nobody judged."""

import pulumi

pulumi.ProviderResource("elsewhere", "cloud", {})
