"""What is wrong with the law itself, so that nothing may be judged by it."""

from pydantic import ValidationError


class LawError(Exception):
    """The boundary, a waiver or a rule cannot be read; the pack does not start."""


def in_words(error: ValidationError) -> str:
    """Says each fault of a document that does not have the agreed shape, and where it stands."""
    return "; ".join(
        f"{'.'.join(str(key) for key in fault['loc']) or 'the document'}: {fault['msg']}"
        for fault in error.errors()
    )
