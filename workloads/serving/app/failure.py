"""Reasons to refuse a start, each with the exit code that the pod ends with."""


class StartupError(Exception):
    """The pod must not start; the message is its last log line."""

    exit_code = 1


class ConfigurationError(StartupError):
    """The pod was told something that cannot be (sysexits EX_CONFIG)."""

    exit_code = 78


class VerificationError(StartupError):
    """A file of the model is missing, unsigned or not what was signed (EX_CONFIG)."""

    exit_code = 78

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class StoreError(StartupError):
    """The object store cannot be asked (sysexits EX_UNAVAILABLE)."""

    exit_code = 69
