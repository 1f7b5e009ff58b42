from typing import Any

import pytest

from components.edge import Authority, AuthorityArgs, Edge, EdgeArgs, Mode
from components.log_group import Logs
from components.tags import Tags
from tests.components.complying import faults
from tests.components.recording import Deploy, Engine, Record
from tests.support.aws_outputs import ACCOUNT, REGION, ZONES

TAGS = Tags(workload="serving", data_class="personal", profile="shared")
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/logs"
LOGS = Logs(key_arn=KEY, retention_days=365, account=ACCOUNT, tags=TAGS)


def arguments(**changed: Any) -> EdgeArgs:
    given: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "subnet_ids": {zone: f"subnet-{zone}" for zone in ZONES},
        "clients": ["10.60.0.0/16"],
        "domain": "predict.bank.example",
        "authority_arn": f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/1",
        "target_security_group_id": "sg-pods",
        "target_port": 8443,
        "health_path": "/ready",
        "requests_in_five_minutes": 10_000,
        "logs": LOGS,
        "tags": TAGS,
    }
    return EdgeArgs(**{**given, **changed})


def authority(mode: Mode) -> AuthorityArgs:
    return AuthorityArgs(
        common_name="Bank AI platform",
        organisation="Bank",
        country="AE",
        mode=mode,
        years=10,
        account=ACCOUNT,
        tags=TAGS,
    )


@pytest.fixture
def edge(engine: Engine, deploy: Deploy) -> Engine:
    deploy(lambda: Edge("edge", arguments()).dns_name)
    return engine


def one(engine: Engine, token: str) -> Record:
    found = engine.typed(token)
    assert len(found) == 1, f"{len(found)} of {token}"
    return found[0]


def test_the_load_balancer_is_internal_protected_and_strict(edge: Engine) -> None:
    found = one(edge, "aws:lb/loadBalancer:LoadBalancer").inputs
    assert found["internal"] is True
    assert found["dropInvalidHeaderFields"] is True
    assert found["enableDeletionProtection"] is True
    assert found["enableWafFailOpen"] is False


def test_it_speaks_tls_on_both_sides_and_1_3_to_clients(edge: Engine) -> None:
    listener = one(edge, "aws:lb/listener:Listener").inputs
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-3-")
    target = one(edge, "aws:lb/targetGroup:TargetGroup").inputs
    assert (target["protocol"], target["port"], target["targetType"]) == ("HTTPS", 8443, "ip")
    assert target["healthCheck"]["protocol"] == "HTTPS"


def test_it_is_reached_from_the_organisation_and_reaches_the_pods_port_only(edge: Engine) -> None:
    ingress = {
        rule.inputs["securityGroupId"]: rule.inputs
        for rule in edge.typed("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    }
    assert ingress["edge-lb"]["cidrIpv4"] == "10.60.0.0/16"
    assert (ingress["edge-lb"]["fromPort"], ingress["edge-lb"]["toPort"]) == (443, 443)
    assert ingress["sg-pods"]["referencedSecurityGroupId"] == "edge-lb"
    egress = one(edge, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert egress["referencedSecurityGroupId"] == "sg-pods"
    assert (egress["fromPort"], egress["toPort"]) == (8443, 8443)


def test_the_web_firewall_judges_and_logs_without_credentials(edge: Engine) -> None:
    acl = one(edge, "aws:wafv2/webAcl:WebAcl").inputs
    assert acl["scope"] == "REGIONAL"
    rate, *managed = acl["rules"]
    assert rate["statement"]["rateBasedStatement"]["limit"] == 10_000
    assert [rule["name"] for rule in managed] == [
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]
    association = one(edge, "aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    assert association["resourceArn"].endswith(":edge-lb")
    logging = one(edge, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs
    headers = [field["singleHeader"]["name"] for field in logging["redactedFields"]]
    assert headers == ["authorization", "cookie"]
    group = one(edge, "aws:cloudwatch/logGroup:LogGroup").inputs
    assert group["name"].startswith("aws-waf-logs-")
    assert group["kmsKeyId"] == KEY


def test_its_certificate_is_signed_by_the_private_authority(edge: Engine) -> None:
    certificate = one(edge, "aws:acm/certificate:Certificate").inputs
    assert certificate["domainName"] == "predict.bank.example"
    assert certificate["certificateAuthorityArn"] == arguments().authority_arn


def test_an_authority_signs_itself_and_lets_certificates_be_renewed(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: Authority("ca", authority(Mode.GENERAL_PURPOSE)).arn)
    root = one(engine, "aws:acmpca/certificateAuthority:CertificateAuthority").inputs
    assert (root["type"], root["usageMode"]) == ("ROOT", "GENERAL_PURPOSE")
    own = one(engine, "aws:acmpca/certificate:Certificate").inputs
    assert own["templateArn"].endswith("RootCACertificate/V1")
    assert own["certificateSigningRequest"] == "ca-root-certificateSigningRequest"
    installed = one(
        engine, "aws:acmpca/certificateAuthorityCertificate:CertificateAuthorityCertificate"
    ).inputs
    assert installed["certificate"] == "ca-root-certificate"
    permission = one(engine, "aws:acmpca/permission:Permission").inputs
    assert permission["principal"] == "acm.amazonaws.com"
    assert permission["sourceAccount"] == ACCOUNT


def test_certificate_manager_gets_no_right_to_an_authority_that_it_cannot_use(
    engine: Engine, deploy: Deploy
) -> None:
    deploy(lambda: Authority("ca", authority(Mode.SHORT_LIVED)).arn)
    assert not engine.typed("aws:acmpca/permission:Permission")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"clients": ["0.0.0.0/0"]}, r"0\.0\.0\.0/0 is not private"),
        ({"clients": ["203.0.113.0/24"]}, "is not private"),
        ({"clients": []}, "nobody could call"),
        ({"subnet_ids": {"a": "subnet-a"}}, "in 2 zones or more"),
    ],
)
def test_an_edge_that_is_open_or_cannot_stand_is_refused(
    engine: Engine, deploy: Deploy, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        deploy(lambda: Edge("edge", arguments(**changed)).dns_name)


def test_the_policy_pack_accepts_the_edge(engine: Engine, deploy: Deploy) -> None:
    deploy(
        lambda: (
            Edge(
                "edge",
                arguments(authority_arn=Authority("ca", authority(Mode.GENERAL_PURPOSE)).arn),
            ).dns_name
        )
    )
    assert faults(engine.records) == []
