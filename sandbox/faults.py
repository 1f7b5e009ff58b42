"""The one way in which the sandbox says no."""


class SandboxError(Exception):
    """A fault that the user can mend.

    Args:
        cause: What was found and where, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(f"{cause} Remedy: {remedy}")
        self.cause = cause
        self.remedy = remedy
