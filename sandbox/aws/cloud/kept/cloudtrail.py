"""CloudTrail: moto adds to a trail's insights where AWS sets them."""

from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from sandbox.aws.cloud.call import Call
from sandbox.aws.cloud.keeping import PASS, Service, Store


def _put_insights(call: Call, store: Store) -> dict[str, Any]:
    del store
    trails = cloudtrail_backends[call.settings.account][call.region].trails
    named = call.parameters.get("TrailName", "").rpartition("/")[2]
    if named in trails:
        trails[named].insight_selectors = []
    return PASS


SERVICE = Service("cloudtrail", operations={"PutInsightSelectors": _put_insights})
