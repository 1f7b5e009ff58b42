"""What an auditor files of a plan: each control with its status, stores, transfers and waivers."""


class EvidenceError(Exception):
    """No evidence can be written, or what was written does not hold; says what to do."""
