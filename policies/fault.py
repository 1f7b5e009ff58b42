"""What is wrong with the law itself, so that nothing may be judged by it."""


class LawError(Exception):
    """The boundary, a waiver or a rule cannot be read; the pack does not start."""
