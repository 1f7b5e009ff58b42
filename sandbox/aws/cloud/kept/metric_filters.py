"""CloudWatch Logs: moto adds a filter a second time where AWS replaces it."""

from typing import Any

from moto.logs.models import logs_backends

from sandbox.aws.cloud.call import Call
from sandbox.aws.cloud.keeping import PASS, Service, Store


def _put(call: Call, store: Store) -> dict[str, Any]:
    del store
    filters = logs_backends[call.settings.account][call.region].filters
    named = (call.parameters["logGroupName"], call.parameters["filterName"])
    filters.metric_filters = [
        one for one in filters.metric_filters if (one["logGroupName"], one["filterName"]) != named
    ]
    return PASS


SERVICE = Service("logs", operations={"PutMetricFilter": _put})
