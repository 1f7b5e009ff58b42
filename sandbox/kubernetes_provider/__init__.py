"""A Pulumi provider for Kubernetes in Python, for where the official plugin cannot be had.

It answers to the same resource types as the official one, so a program that uses
`pulumi_kubernetes` runs with either.
"""
