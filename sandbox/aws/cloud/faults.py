"""Faults on demand: the next calls of an operation are throttled, or fail."""

from dataclasses import dataclass

from sandbox.aws.cloud.call import Call, RefusedCallError

THROTTLING = ("ThrottlingException", "Rate exceeded", 400)


@dataclass
class Fault:
    """How the next calls fail."""

    service: str
    """Botocore's name of the service, `*` for any."""
    operation: str = "*"
    times: int = 1
    code: str = THROTTLING[0]
    message: str = THROTTLING[1]
    status: int = THROTTLING[2]


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self.injected: dict[str, int] = {}

    def add(self, fault: Fault) -> None:
        """Let the next calls of an operation fail."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Let no more calls fail."""
        self._waiting.clear()

    def of(self, call: Call) -> RefusedCallError | None:
        """Return how a call fails, if it does."""
        for fault in self._waiting:
            if fault.service in {"*", call.service} and fault.operation in {"*", call.operation}:
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                self.injected[str(call)] = self.injected.get(str(call), 0) + 1
                return RefusedCallError(fault.code, fault.message, fault.status)
        return None
