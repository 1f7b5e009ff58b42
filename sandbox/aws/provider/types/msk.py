"""MSK: clusters and their configurations."""

from collections.abc import Mapping
from typing import Any

from sandbox.aws.provider.connection import model
from sandbox.aws.provider.mapping import to_parameter
from sandbox.aws.provider.resource import Aws, Facts, Resource

_RENAME = {
    "brokerNodeGroupInfo.azDistribution": "BrokerAZDistribution",
    "clientAuthentication.tls.certificateAuthorityArns": "CertificateAuthorityArnList",
}
_LISTENERS = {
    "": "",
    "Ipv6": "Ipv6",
    "PublicSaslIam": "PublicSaslIam",
    "PublicSaslScram": "PublicSaslScram",
    "PublicTls": "PublicTls",
    "SaslIam": "SaslIam",
    "SaslIamIpv6": "SaslIamIpv6",
    "SaslScram": "SaslScram",
    "SaslScramIpv6": "SaslScramIpv6",
    "Tls": "Tls",
    "TlsIpv6": "TlsIpv6",
    "VpcConnectivitySaslIam": "VpcConnectivitySaslIam",
    "VpcConnectivitySaslScram": "VpcConnectivitySaslScram",
    "VpcConnectivityTls": "VpcConnectivityTls",
}


def _sent(facts: Facts) -> Facts:
    """Put what Pulumi flattens into AWS's structures."""
    made = dict(facts)
    asked = facts.get("clientAuthentication")
    if isinstance(asked, dict):
        made["clientAuthentication"] = _authentication(asked)
    encryption = facts.get("encryptionInfo")
    if isinstance(encryption, dict) and (key := encryption.get("encryptionAtRestKmsKeyArn")):
        rest = {n: v for n, v in encryption.items() if n != "encryptionAtRestKmsKeyArn"}
        made["encryptionInfo"] = {**rest, "encryptionAtRest": {"dataVolumeKmsKeyId": key}}
    return made


def _authentication(asked: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if sasl := asked.get("sasl"):
        made["sasl"] = {way: {"enabled": on} for way, on in sasl.items() if on is not None}
    if tls := asked.get("tls"):
        arns = tls.get("certificateAuthorityArns")
        made["tls"] = {"enabled": bool(arns), "certificateAuthorityArnList": arns}
    if asked.get("unauthenticated") is not None:
        made["unauthenticated"] = {"enabled": asked["unauthenticated"]}
    return made


def _told(live: dict[str, Any]) -> dict[str, Any]:
    """Flatten AWS's structures as Pulumi does."""
    made = dict(live)
    software = live.get("CurrentBrokerSoftwareInfo", {})
    made["KafkaVersion"] = software.get("KafkaVersion")
    if "ConfigurationArn" in software:
        made["ConfigurationInfo"] = {
            "Arn": software["ConfigurationArn"],
            "Revision": software["ConfigurationRevision"],
        }
    if asked := live.get("ClientAuthentication"):
        flat: dict[str, Any] = {}
        if "Sasl" in asked:
            flat["sasl"] = {way.lower(): on["Enabled"] for way, on in asked["Sasl"].items()}
        if "Tls" in asked:
            flat["tls"] = {
                "certificateAuthorityArns": asked["Tls"].get("CertificateAuthorityArnList", [])
            }
        if "Unauthenticated" in asked:
            flat["unauthenticated"] = asked["Unauthenticated"]["Enabled"]
        made["ClientAuthentication"] = flat
    if encryption := live.get("EncryptionInfo"):
        at_rest = encryption.get("EncryptionAtRest", {}).get("DataVolumeKMSKeyId")
        made["EncryptionInfo"] = {
            "encryptionAtRestKmsKeyArn": at_rest,
            "encryptionInTransit": encryption.get("EncryptionInTransit"),
        }
    return made


def _read(aws: Aws, facts: Facts) -> Any:
    found = aws("DescribeCluster", ClusterArn=facts["id"])["ClusterInfo"]
    return {**found, **aws("GetBootstrapBrokers", ClusterArn=facts["id"])}


def _update(aws: Aws, facts: Facts) -> None:
    """Change one thing after another: each change gives the cluster another version."""
    changed, old = facts["changed"], facts["old"]
    sent = _sent(facts)

    def change(operation: str, **given: Any) -> None:
        version = aws("DescribeCluster", ClusterArn=facts["id"])["ClusterInfo"]["CurrentVersion"]
        members = model("kafka").operation_model(operation).input_shape.members
        shaped = {
            name: to_parameter(value, members[name], {}, name)
            for name, value in given.items()
            if value is not None
        }
        aws(operation, ClusterArn=facts["id"], CurrentVersion=version, **shaped)

    if "numberOfBrokerNodes" in changed:
        change("UpdateBrokerCount", TargetNumberOfBrokerNodes=facts["numberOfBrokerNodes"])
    if "brokerNodeGroupInfo" in changed:
        _update_brokers(change, old["brokerNodeGroupInfo"], facts["brokerNodeGroupInfo"])
    if changed & {"enhancedMonitoring", "loggingInfo", "openMonitoring"}:
        change(
            "UpdateMonitoring",
            EnhancedMonitoring=facts.get("enhancedMonitoring"),
            LoggingInfo=facts.get("loggingInfo"),
            OpenMonitoring=facts.get("openMonitoring"),
        )
    if changed & {"clientAuthentication", "encryptionInfo"}:
        in_transit = (sent.get("encryptionInfo") or {}).get("encryptionInTransit")
        change(
            "UpdateSecurity",
            ClientAuthentication=sent.get("clientAuthentication"),
            EncryptionInfo={"encryptionInTransit": in_transit} if in_transit else None,
        )
    if "storageMode" in changed:
        change("UpdateStorage", StorageMode=facts["storageMode"])
    if "rebalancing" in changed:
        change("UpdateRebalancing", Rebalancing=facts["rebalancing"])
    if "kafkaVersion" in changed:
        change(
            "UpdateClusterKafkaVersion",
            TargetKafkaVersion=facts["kafkaVersion"],
            ConfigurationInfo=facts.get("configurationInfo"),
        )
    elif "configurationInfo" in changed:
        change("UpdateClusterConfiguration", ConfigurationInfo=facts["configurationInfo"])


def _update_brokers(change: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if old.get("instanceType") != new.get("instanceType"):
        change("UpdateBrokerType", TargetInstanceType=new["instanceType"])
    if old.get("storageInfo") != new.get("storageInfo"):
        storage = new["storageInfo"]["ebsStorageInfo"]
        volumes = {"kafkaBrokerNodeId": "All", "volumeSizeGb": storage.get("volumeSize")}
        if throughput := storage.get("provisionedThroughput"):
            volumes["provisionedThroughput"] = throughput
        change("UpdateBrokerStorage", TargetBrokerEBSVolumeInfo=[volumes])
    if old.get("connectivityInfo") != new.get("connectivityInfo"):
        change("UpdateConnectivity", ConnectivityInfo=new["connectivityInfo"])


def _read_configuration(aws: Aws, facts: Facts) -> Any:
    found = aws("DescribeConfiguration", Arn=facts["id"])
    revision = found["LatestRevision"]["Revision"]
    newest = aws("DescribeConfigurationRevision", Arn=facts["id"], Revision=revision)
    return {**found, "ServerProperties": newest["ServerProperties"]}


TYPES = (
    Resource(
        "aws:msk/cluster:Cluster",
        "kafka",
        name="clusterName",
        create="CreateCluster",
        id="ClusterArn",
        key={"ClusterArn": "{id}"},
        read=_read,
        update=_update,
        delete="DeleteCluster",
        before=_sent,
        after=_told,
        rename={
            **_RENAME,
            **{f"bootstrapBrokers{n}": f"BootstrapBrokerString{a}" for n, a in _LISTENERS.items()},
        },
        outputs={
            "arn": "ClusterArn",
            "clusterUuid": lambda live, _: live.get("ClusterArn", "").rpartition("/")[2],
        },
        defaults={
            **{f"bootstrapBrokers{name}": "" for name in _LISTENERS},
            "customerActionStatus": "NONE",
            "zookeeperConnectStringTls": "",
        },
        replace=(
            "brokerNodeGroupInfo.azDistribution",
            "brokerNodeGroupInfo.clientSubnets",
            "brokerNodeGroupInfo.securityGroups",
            "clusterName",
            "encryptionInfo.encryptionAtRestKmsKeyArn",
            "encryptionInfo.encryptionInTransit.inCluster",
        ),
    ),
    Resource(
        "aws:msk/configuration:Configuration",
        "kafka",
        create="CreateConfiguration",
        id="Arn",
        key={"Arn": "{id}"},
        read=_read_configuration,
        update="UpdateConfiguration",
        delete="DeleteConfiguration",
        outputs={"latestRevision": "LatestRevision.Revision"},
        replace=("kafkaVersions", "name"),
    ),
)
