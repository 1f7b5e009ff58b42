"""Reasons to give up, each with the exit code that the Job ends with."""


class JobError(Exception):
    """The Job cannot go on; the message is its last log line."""

    exit_code = 1


class ConfigurationError(JobError):
    """The Job was told something that cannot be (sysexits EX_CONFIG)."""

    exit_code = 78


class DataError(JobError):
    """What lies in the lake is not what its manifest says (EX_DATAERR)."""

    exit_code = 65


class StoreError(JobError):
    """The store or the cluster refuses or does not answer (sysexits EX_UNAVAILABLE)."""

    exit_code = 69
