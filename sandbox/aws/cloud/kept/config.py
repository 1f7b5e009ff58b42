"""AWS Config: moto forgets a rule's tags when the rule is changed."""

from typing import Any

from moto.config.models import config_backends
from moto.core.exceptions import ServiceException

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import PASS, Service, Store


def _put_rule(call: Call, store: Store) -> dict[str, Any]:
    del store
    backend = config_backends[call.settings.account][call.region]
    given = call.parameters["ConfigRule"]
    rule = backend.config_rules.get(given.get("ConfigRuleName", ""))
    if rule is None or "Tags" in call.parameters:
        return PASS
    tags = [{"Key": key, "Value": value} for key, value in rule.tags.items()]
    try:
        backend.put_config_rule(given, tags)
    except ServiceException as error:
        raise RefusedCallError(error.code, error.message) from error
    return {}


SERVICE = Service("config", operations={"PutConfigRule": _put_rule})
