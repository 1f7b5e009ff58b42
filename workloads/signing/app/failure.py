"""Reasons not to sign, each with the exit code that the Job ends with."""


class JobError(Exception):
    """The Job cannot go on; the message is its last log line."""

    exit_code = 1


class ConfigurationError(JobError):
    """The Job was told something that cannot be (sysexits EX_CONFIG)."""

    exit_code = 78


class CandidateError(JobError):
    """What training offers must not be signed (sysexits EX_DATAERR)."""

    exit_code = 65

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file


class StoreError(JobError):
    """The object store refuses or does not answer (sysexits EX_UNAVAILABLE)."""

    exit_code = 69
