"""A Pulumi provider for AWS in Python, table-driven, for the stand-in of the cloud.

It answers to the resource types of pulumi-aws that `types/` describes, so a program that uses
pulumi-aws runs with either provider. A type that no table describes is refused by name.
"""
