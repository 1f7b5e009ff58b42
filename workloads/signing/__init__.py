"""Signing: checked candidates become a signed release."""

from workloads.signing.workload import Signing, SigningArgs

__all__ = ["Signing", "SigningArgs"]
