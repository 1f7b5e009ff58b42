"""Load balancers, their listeners and target groups."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.provider.resource import Aspect, Aws, Facts, Function, Resource
from sandbox.provider_service.errors import ProviderError

_APPLICATION = "the platform's load balancers are of applications"
_UNUSED = "the platform does not use it"

_BALANCER = {
    "clientKeepAlive": "client_keep_alive.seconds",
    "desyncMitigationMode": "routing.http.desync_mitigation_mode",
    "dropInvalidHeaderFields": "routing.http.drop_invalid_header_fields.enabled",
    "enableDeletionProtection": "deletion_protection.enabled",
    "enableHttp2": "routing.http2.enabled",
    "enableTlsVersionAndCipherSuiteHeaders": (
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled"
    ),
    "enableWafFailOpen": "waf.fail_open.enabled",
    "enableXffClientPort": "routing.http.xff_client_port.enabled",
    "enableZonalShift": "zonal_shift.config.enabled",
    "idleTimeout": "idle_timeout.timeout_seconds",
    "preserveHostHeader": "routing.http.preserve_host_header.enabled",
    "xffHeaderProcessingMode": "routing.http.xff_header_processing.mode",
}
_LOGS = {"accessLogs": "access_logs.s3", "connectionLogs": "connection_logs.s3"}

_TARGETS = {
    "deregistrationDelay": "deregistration_delay.timeout_seconds",
    "loadBalancingAlgorithmType": "load_balancing.algorithm.type",
    "slowStart": "slow_start.duration_seconds",
}

_RESPONSE = "routing.http.response"
_LISTENER = {
    "routingHttpResponseContentSecurityPolicyHeaderValue": (
        f"{_RESPONSE}.content_security_policy.header_value"
    ),
    "routingHttpResponseServerEnabled": f"{_RESPONSE}.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        f"{_RESPONSE}.strict_transport_security.header_value"
    ),
    "routingHttpResponseXContentTypeOptionsHeaderValue": (
        f"{_RESPONSE}.x_content_type_options.header_value"
    ),
    "routingHttpResponseXFrameOptionsHeaderValue": f"{_RESPONSE}.x_frame_options.header_value",
}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def _attributes(kind: str, known: Mapping[str, str]) -> tuple[Aspect, ...]:
    """Properties that are attributes: each is set by itself."""

    def put(name: str) -> Function:
        def modify(aws: Aws, facts: Facts) -> None:
            aws(
                f"Modify{kind}Attributes",
                **{
                    f"{kind}Arn": facts["id"],
                    "Attributes": [{"Key": known[name], "Value": _text(facts[name])}],
                },
            )

        return modify

    return tuple(Aspect(name, put=put(name)) for name in known)


def _shown(aws: Aws, kind: str, arn: str, known: Mapping[str, str]) -> dict[str, Any]:
    """The attributes that something has, by the names of their properties."""
    told = aws(f"Describe{kind}Attributes", **{f"{kind}Arn": arn})["Attributes"]
    live = {one["Key"]: one["Value"] for one in told}
    return {name: live[key] for name, key in known.items() if live.get(key) not in {None, ""}}


def _tags(aws: Aws, arn: str) -> dict[str, Any]:
    told = aws("DescribeTags", ResourceArns=[arn])["TagDescriptions"]
    return {"Tags": [tag for one in told for tag in one["Tags"]]}


def _logs(name: str) -> Aspect:
    """Where logs go to: three attributes that are one property."""

    def put(aws: Aws, facts: Facts) -> None:
        given = facts[name]
        values = {
            "enabled": given.get("enabled", False),
            "bucket": given.get("bucket"),
            "prefix": given.get("prefix"),
        }
        aws(
            "ModifyLoadBalancerAttributes",
            LoadBalancerArn=facts["id"],
            Attributes=[
                {"Key": f"{_LOGS[name]}.{key}", "Value": _text(value)}
                for key, value in values.items()
                if value is not None
            ],
        )

    return Aspect(name, put=put)


def _create_balancer(aws: Aws, facts: Facts) -> Any:
    [made] = aws(
        "CreateLoadBalancer",
        Name=facts["name"],
        Type=facts["loadBalancerType"],
        Scheme="internal" if facts.get("internal") else "internet-facing",
        Subnets=facts["subnets"],
        SecurityGroups=facts.get("securityGroups") or [],
    )["LoadBalancers"]
    return made


def _read_balancer(aws: Aws, facts: Facts) -> Any:
    arn = facts["id"]
    found = aws("DescribeLoadBalancers", LoadBalancerArns=[arn])["LoadBalancers"]
    if not found:
        return None
    told = aws("DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
    live = {one["Key"]: one["Value"] for one in told}
    logs = {
        name: {key: live.get(f"{start}.{key}") for key in ("enabled", "bucket", "prefix")}
        for name, start in _LOGS.items()
        if live.get(f"{start}.bucket")
    }
    own = _shown(aws, "LoadBalancer", arn, _BALANCER)
    return {**found[0], **logs, **own, **_tags(aws, arn)}


def _suffix(live: dict[str, Any], facts: Facts) -> str:
    """The part of an ARN by which metrics name a load balancer or target group."""
    last = str(facts.get("id") or live.get("LoadBalancerArn")).rpartition(":")[2]
    return last.removeprefix("loadbalancer/")


BALANCER = Resource(
    "aws:lb/loadBalancer:LoadBalancer",
    "elbv2",
    create=_create_balancer,
    id="LoadBalancerArn",
    key={"LoadBalancerArn": "{id}"},
    read=_read_balancer,
    delete="DeleteLoadBalancer",
    aspects=(
        Aspect("securityGroups", put="SetSecurityGroups"),
        Aspect("subnets", put="SetSubnets"),
        *_attributes("LoadBalancer", _BALANCER),
        *map(_logs, _LOGS),
    ),
    rename={"loadBalancerType": "Type", "zoneId": "CanonicalHostedZoneId"},
    outputs={
        "arn": "LoadBalancerArn",
        "arnSuffix": _suffix,
        "internal": "Scheme == 'internal'",
        "subnets": "AvailabilityZones[].SubnetId",
    },
    defaults={
        "desyncMitigationMode": "defensive",
        "dropInvalidHeaderFields": False,
        "enableDeletionProtection": False,
        "enableWafFailOpen": False,
        "idleTimeout": 60,
        "loadBalancerType": "application",
    },
    replace=("name", "internal", "loadBalancerType"),
    refuse={
        "customerOwnedIpv4Pool": _UNUSED,
        "dnsRecordClientRoutingPolicy": _APPLICATION,
        "enableCrossZoneLoadBalancing": _APPLICATION,
        "enablePrefixForIpv6SourceNat": _APPLICATION,
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": _APPLICATION,
        "healthCheckLogs": _UNUSED,
        "ipAddressType": "the platform's networks are of IPv4",
        "ipamPools": _UNUSED,
        "minimumLoadBalancerCapacity": _UNUSED,
        "secondaryIpsAutoAssignedPerSubnet": _APPLICATION,
        "subnetMappings": "the platform names subnets",
    },
    unfilled=(
        "enablePrefixForIpv6SourceNat",
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        "namePrefix",
        "secondaryIpsAutoAssignedPerSubnet",
        "subnetMappings",
    ),
)

_HEALTH = {
    "enabled": "HealthCheckEnabled",
    "healthyThreshold": "HealthyThresholdCount",
    "interval": "HealthCheckIntervalSeconds",
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "timeout": "HealthCheckTimeoutSeconds",
    "unhealthyThreshold": "UnhealthyThresholdCount",
}


def _health(facts: Facts) -> dict[str, Any]:
    """The health check, as parameters of its own group of them."""
    given = facts.get("healthCheck") or {}
    made: dict[str, Any] = {
        theirs: int(given[ours]) if isinstance(given[ours], float) else given[ours]
        for ours, theirs in _HEALTH.items()
        if given.get(ours) is not None
    }
    if given.get("matcher"):
        made["Matcher"] = {"HttpCode": given["matcher"]}
    return made


def _create_targets(aws: Aws, facts: Facts) -> Any:
    given = {
        "Name": facts["name"],
        "Protocol": facts.get("protocol"),
        "ProtocolVersion": facts.get("protocolVersion"),
        "Port": int(facts["port"]),
        "VpcId": facts.get("vpcId"),
        "TargetType": facts["targetType"],
    }
    parameters = {name: value for name, value in given.items() if value is not None}
    [made] = aws("CreateTargetGroup", **parameters, **_health(facts))["TargetGroups"]
    return made


def _read_targets(aws: Aws, facts: Facts) -> Any:
    found = aws("DescribeTargetGroups", TargetGroupArns=[facts["id"]])["TargetGroups"]
    if not found:
        return None
    health = {ours: found[0].get(theirs) for ours, theirs in _HEALTH.items()}
    health["matcher"] = (found[0].get("Matcher") or {}).get("HttpCode")
    own = _shown(aws, "TargetGroup", facts["id"], _TARGETS)
    return {
        **found[0],
        **own,
        **_tags(aws, facts["id"]),
        "healthCheck": {name: value for name, value in health.items() if value is not None},
    }


def _set_health(aws: Aws, facts: Facts) -> None:
    aws("ModifyTargetGroup", TargetGroupArn=facts["id"], **_health(facts))


TARGETS = Resource(
    "aws:lb/targetGroup:TargetGroup",
    "elbv2",
    create=_create_targets,
    id="TargetGroupArn",
    key={"TargetGroupArn": "{id}"},
    read=_read_targets,
    delete="DeleteTargetGroup",
    aspects=(
        Aspect("healthCheck", put=_set_health),
        *_attributes("TargetGroup", _TARGETS),
    ),
    outputs={
        "arn": "TargetGroupArn",
        "arnSuffix": lambda live, _: str(live["TargetGroupArn"]).rpartition(":")[2],
        "loadBalancerArns": "LoadBalancerArns || `[]`",
    },
    defaults={"deregistrationDelay": 300, "targetType": "instance"},
    replace=("name", "port", "protocol", "protocolVersion", "targetType", "vpcId"),
    refuse={
        "connectionTermination": _APPLICATION,
        "ipAddressType": "the platform's networks are of IPv4",
        "lambdaMultiValueHeadersEnabled": _UNUSED,
        "loadBalancingAnomalyMitigation": _UNUSED,
        "loadBalancingCrossZoneEnabled": _UNUSED,
        "preserveClientIp": _APPLICATION,
        "proxyProtocolV2": _APPLICATION,
        "stickiness": "every pod of the platform answers alike",
        "targetControlPort": _UNUSED,
        "targetFailovers": _APPLICATION,
        "targetGroupHealth": _UNUSED,
        "targetHealthStates": _APPLICATION,
    },
    unfilled=(
        "connectionTermination",
        "ipAddressType",
        "loadBalancingAnomalyMitigation",
        "loadBalancingCrossZoneEnabled",
        "namePrefix",
        "preserveClientIp",
        "stickiness",
        "targetFailovers",
        "targetGroupHealth",
        "targetHealthStates",
    ),
)


def _listener(facts: Facts) -> dict[str, Any]:
    actions = []
    for action in facts["defaultActions"]:
        if action["type"] != "forward" or not action.get("targetGroupArn"):
            raise ProviderError(
                f"a listener's action of type {action['type']!r} is not supported here: the "
                "platform's listeners forward to one target group"
            )
        actions.append({"Type": "forward", "TargetGroupArn": action["targetGroupArn"]})
    made = {
        "Port": int(facts["port"]),
        "Protocol": facts.get("protocol"),
        "SslPolicy": facts.get("sslPolicy"),
        "DefaultActions": actions,
    }
    if facts.get("certificateArn"):
        made["Certificates"] = [{"CertificateArn": facts["certificateArn"]}]
    return {name: value for name, value in made.items() if value is not None}


def _create_listener(aws: Aws, facts: Facts) -> Any:
    balancer = facts["loadBalancerArn"]
    [made] = aws("CreateListener", LoadBalancerArn=balancer, **_listener(facts))["Listeners"]
    return made


def _read_listener(aws: Aws, facts: Facts) -> Any:
    found = aws("DescribeListeners", ListenerArns=[facts["id"]])["Listeners"]
    if not found:
        return None
    own = _shown(aws, "Listener", facts["id"], _LISTENER)
    return {**found[0], **own, **_tags(aws, facts["id"])}


def _modify_listener(aws: Aws, facts: Facts) -> None:
    aws("ModifyListener", ListenerArn=facts["id"], **_listener(facts))


_OTHER_HEADERS = tuple(
    f"routingHttp{middle}"
    for middle in (
        "RequestXAmznMtlsClientcertHeaderName",
        "RequestXAmznMtlsClientcertIssuerHeaderName",
        "RequestXAmznMtlsClientcertLeafHeaderName",
        "RequestXAmznMtlsClientcertSerialNumberHeaderName",
        "RequestXAmznMtlsClientcertSubjectHeaderName",
        "RequestXAmznMtlsClientcertValidityHeaderName",
        "RequestXAmznTlsCipherSuiteHeaderName",
        "RequestXAmznTlsVersionHeaderName",
        "ResponseAccessControlAllowCredentialsHeaderValue",
        "ResponseAccessControlAllowHeadersHeaderValue",
        "ResponseAccessControlAllowMethodsHeaderValue",
        "ResponseAccessControlAllowOriginHeaderValue",
        "ResponseAccessControlExposeHeadersHeaderValue",
        "ResponseAccessControlMaxAgeHeaderValue",
    )
)

LISTENER = Resource(
    "aws:lb/listener:Listener",
    "elbv2",
    create=_create_listener,
    id="ListenerArn",
    key={"ListenerArn": "{id}"},
    read=_read_listener,
    update=_modify_listener,
    delete="DeleteListener",
    name=None,
    aspects=_attributes("Listener", _LISTENER),
    outputs={"arn": "ListenerArn", "certificateArn": "Certificates[0].CertificateArn"},
    replace=("loadBalancerArn",),
    refuse={
        "alpnPolicy": _APPLICATION,
        "mutualAuthentication": _UNUSED,
        "tcpIdleTimeoutSeconds": _APPLICATION,
        **dict.fromkeys(_OTHER_HEADERS, _UNUSED),
    },
    unfilled=("mutualAuthentication", "tcpIdleTimeoutSeconds", *_OTHER_HEADERS, *_LISTENER),
)

TYPES = (BALANCER, TARGETS, LISTENER)
