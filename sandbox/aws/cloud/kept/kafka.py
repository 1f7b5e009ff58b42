"""MSK: clusters and configurations. moto's clusters stay CREATING; these are ACTIVE at once."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sandbox.aws.cloud.call import Call, RefusedCallError
from sandbox.aws.cloud.keeping import Collection, Record, Service, Store

_LISTENERS = {
    "BootstrapBrokerString": 9092,
    "BootstrapBrokerStringTls": 9094,
    "BootstrapBrokerStringSaslScram": 9096,
    "BootstrapBrokerStringSaslIam": 9098,
}
"""Member of the answer to GetBootstrapBrokers, and the port of the listener."""

_CLUSTERS = Collection(
    kind="cluster",
    key=("ClusterName",),
    also=("ClusterArn",),
    made={
        "ClusterArn": "arn:aws:kafka:{region}:{account}:cluster/{ClusterName}/{uuid}-2",
        "CreationTime": "{now}",
        "State": "ACTIVE",
        "ClusterType": "PROVISIONED",
        "Tags": {},
    },
    create="CreateCluster",
    describe="DescribeCluster",
    listing="ListClusters",
    delete="DeleteCluster",
    missing="NotFoundException",
    exists="ConflictException",
)
_CONFIGURATIONS = Collection(
    kind="configuration",
    key=("Name",),
    also=("Arn",),
    made={
        "Arn": "arn:aws:kafka:{region}:{account}:configuration/{Name}/{uuid}-2",
        "CreationTime": "{now}",
        "State": "ACTIVE",
    },
    create="CreateConfiguration",
    describe="DescribeConfiguration",
    listing="ListConfigurations",
    delete="DeleteConfiguration",
    missing="NotFoundException",
    exists="ConflictException",
)


def _create_cluster(call: Call, store: Store) -> Any:
    brokers = call.parameters["NumberOfBrokerNodes"]
    zones = len(call.parameters["BrokerNodeGroupInfo"]["ClientSubnets"])
    if brokers % zones:
        raise RefusedCallError(
            "BadRequestException",
            f"{brokers} brokers are not a multiple of the {zones} client subnets.",
        )
    made = _CLUSTERS.operations()["CreateCluster"](call, store)
    record = _cluster(call, store, made["ClusterArn"])
    record.setdefault("EnhancedMonitoring", "DEFAULT")
    record.setdefault("StorageMode", "LOCAL")
    record["BrokerNodeGroupInfo"] = {
        "BrokerAZDistribution": "DEFAULT",
        **record["BrokerNodeGroupInfo"],
    }
    _software(record, record.pop("KafkaVersion"), record.pop("ConfigurationInfo", {}))
    _revise(record)
    record["ZookeeperConnectString"] = ""
    return made


def _cluster(call: Call, store: Store, arn: str = "") -> Record:
    wanted = arn or call.parameters["ClusterArn"]
    for record in store.records(call, "cluster"):
        if record["ClusterArn"] == wanted:
            return record
    raise RefusedCallError("NotFoundException", f"There is no cluster {wanted!r}.")


def _software(record: Record, version: str, configuration: dict[str, Any]) -> None:
    found = dict(record.get("CurrentBrokerSoftwareInfo", {}))
    found["KafkaVersion"] = version
    if configuration:
        found["ConfigurationArn"] = configuration["Arn"]
        found["ConfigurationRevision"] = configuration["Revision"]
    record["CurrentBrokerSoftwareInfo"] = found


def _revise(record: Record) -> None:
    record["CurrentVersion"] = uuid.uuid4().hex[:14].upper()


def _changed(call: Call, store: Store) -> Any:
    """Change a cluster as any of its update operations says."""
    record = _cluster(call, store)
    given = call.parameters
    if given["CurrentVersion"] != record["CurrentVersion"]:
        raise RefusedCallError("BadRequestException", "The cluster has another version by now.")
    brokers = dict(record["BrokerNodeGroupInfo"])
    software = record["CurrentBrokerSoftwareInfo"]
    if "TargetNumberOfBrokerNodes" in given:
        if given["TargetNumberOfBrokerNodes"] <= record["NumberOfBrokerNodes"]:
            raise RefusedCallError("BadRequestException", "A cluster does not lose brokers so.")
        record["NumberOfBrokerNodes"] = given["TargetNumberOfBrokerNodes"]
    if "TargetInstanceType" in given:
        brokers["InstanceType"] = given["TargetInstanceType"]
    if "TargetBrokerEBSVolumeInfo" in given:
        brokers["StorageInfo"] = _grown(brokers["StorageInfo"], given["TargetBrokerEBSVolumeInfo"])
    if "ConnectivityInfo" in given:
        brokers["ConnectivityInfo"] = given["ConnectivityInfo"]
    if "EncryptionInfo" in given:
        record["EncryptionInfo"] = {**record.get("EncryptionInfo", {}), **given["EncryptionInfo"]}
    for name in (
        "ClientAuthentication",
        "EnhancedMonitoring",
        "LoggingInfo",
        "OpenMonitoring",
        "Rebalancing",
        "StorageMode",
    ):
        if name in given:
            record[name] = given[name]
    record["BrokerNodeGroupInfo"] = brokers
    _software(
        record,
        given.get("TargetKafkaVersion", software["KafkaVersion"]),
        given.get("ConfigurationInfo", {}),
    )
    _revise(record)
    operation = record["ClusterArn"].replace(":cluster/", ":cluster-operation/", 1)
    return {
        "ClusterArn": record["ClusterArn"],
        "ClusterOperationArn": f"{operation}/{uuid.uuid4()}",
    }


def _grown(storage: dict[str, Any], volumes: list[dict[str, Any]]) -> dict[str, Any]:
    kept = storage["EbsStorageInfo"]
    size = volumes[0].get("VolumeSizeGB", kept["VolumeSize"])
    if size < kept["VolumeSize"]:
        raise RefusedCallError("BadRequestException", "The volume of a broker cannot shrink.")
    throughput = volumes[0].get("ProvisionedThroughput")
    more = {"ProvisionedThroughput": throughput} if throughput else {}
    return {"EbsStorageInfo": {**kept, "VolumeSize": size, **more}}


def _bootstrap(call: Call, store: Store) -> Any:
    record = _cluster(call, store)
    asked = record.get("ClientAuthentication", {})
    encrypted = record.get("EncryptionInfo", {}).get("EncryptionInTransit", {})
    plain = encrypted.get("ClientBroker", "TLS") != "TLS"
    sasl = asked.get("Sasl", {})
    on = {
        "BootstrapBrokerString": plain,
        "BootstrapBrokerStringTls": bool(asked.get("Tls", {}).get("Enabled"))
        or asked.get("Unauthenticated", {}).get("Enabled", not sasl),
        "BootstrapBrokerStringSaslScram": sasl.get("Scram", {}).get("Enabled", False),
        "BootstrapBrokerStringSaslIam": sasl.get("Iam", {}).get("Enabled", False),
    }
    host = f"{record['ClusterName'].lower()}.{record['ClusterArn'][-10:-4]}.c2.kafka"
    return {
        name: ",".join(
            f"b-{number}.{host}.{call.region}.amazonaws.com:{port}"
            for number in range(1, min(record["NumberOfBrokerNodes"], 3) + 1)
        )
        for name, port in _LISTENERS.items()
        if on[name]
    }


def _create_configuration(call: Call, store: Store) -> Any:
    made = _CONFIGURATIONS.operations()["CreateConfiguration"](call, store)
    record = _configuration(call, store, made["Arn"])
    record["revisions"] = []
    _add_revision(record, call.parameters)
    return {**made, "LatestRevision": record["LatestRevision"]}


def _configuration(call: Call, store: Store, arn: str = "") -> Record:
    wanted = arn or call.parameters["Arn"]
    for record in store.records(call, "configuration"):
        if record["Arn"] == wanted:
            return record
    raise RefusedCallError("NotFoundException", f"There is no configuration {wanted!r}.")


def _add_revision(record: Record, given: dict[str, Any]) -> None:
    revision = {
        "Arn": record["Arn"],
        "CreationTime": datetime.now(UTC),
        "Description": given.get("Description", ""),
        "Revision": len(record["revisions"]) + 1,
    }
    record["revisions"].append({**revision, "ServerProperties": given["ServerProperties"]})
    record["LatestRevision"] = {name: value for name, value in revision.items() if name != "Arn"}


def _update_configuration(call: Call, store: Store) -> Any:
    record = _configuration(call, store)
    record["Description"] = call.parameters.get("Description", "")
    _add_revision(record, call.parameters)
    return {"Arn": record["Arn"], "LatestRevision": record["LatestRevision"]}


def _revision(call: Call, store: Store) -> Any:
    for revision in _configuration(call, store)["revisions"]:
        if revision["Revision"] == call.parameters["Revision"]:
            return revision
    raise RefusedCallError("NotFoundException", "The configuration has no such revision.")


def _delete_configuration(call: Call, store: Store) -> Any:
    arn = _configuration(call, store)["Arn"]
    for cluster in store.records(call, "cluster"):
        if cluster["CurrentBrokerSoftwareInfo"].get("ConfigurationArn") == arn:
            raise RefusedCallError(
                "BadRequestException", f"The configuration is in use by {cluster['ClusterArn']}."
            )
    return _CONFIGURATIONS.operations()["DeleteConfiguration"](call, store)


SERVICE = Service(
    "kafka",
    _CLUSTERS,
    _CONFIGURATIONS,
    operations={
        "CreateCluster": _create_cluster,
        "GetBootstrapBrokers": _bootstrap,
        **dict.fromkeys(
            (
                "UpdateBrokerCount",
                "UpdateBrokerStorage",
                "UpdateBrokerType",
                "UpdateClusterConfiguration",
                "UpdateClusterKafkaVersion",
                "UpdateConnectivity",
                "UpdateMonitoring",
                "UpdateRebalancing",
                "UpdateSecurity",
                "UpdateStorage",
            ),
            _changed,
        ),
        "CreateConfiguration": _create_configuration,
        "DescribeConfigurationRevision": _revision,
        "UpdateConfiguration": _update_configuration,
        "DeleteConfiguration": _delete_configuration,
    },
)
