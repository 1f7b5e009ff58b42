"""What makes AWS copy, send or serve data beyond the region, by type of resource."""

from typing import Final

from policies.accepting import absent, listed, off, one_of
from policies.addresses import private
from policies.boundary import BOUNDARY
from policies.hosts import REACHED, within, within_if_said
from policies.judging import Demand
from policies.locations import ALLOWED_REGIONS
from policies.reading import MISSING, Tree

_NO_GLOBAL: Final = (absent, "nothing: a global cluster spans regions")
_REGION: Final = (listed(BOUNDARY.region_names), ALLOWED_REGIONS)
_OFF: Final = (off, "false")
_HOST: Final = (within, REACHED)
_HOST_IF: Final = (within_if_said, REACHED)
_PRIVATE: Final = (private, "a private address")
_NO_SAAS: Final = (absent, "nothing: the service is outside the cloud and the country")


def _region_or_nothing(value: Tree) -> bool:
    return value is MISSING or value in BOUNDARY.region_names


def _resolver(value: Tree) -> bool:
    return value == "AmazonProvidedDNS" or private(value)


def _some(value: Tree) -> bool:
    return value is not MISSING


COPIES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:backup/globalSettings:GlobalSettings": (
        ("globalSettings.isCrossAccountBackupEnabled", *_OFF),
    ),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": (
        ("policyDetails.schedules[*].crossRegionCopyRules[*].targetRegion?", *_REGION),
        ("policyDetails.schedules[*].crossRegionCopyRules[*].target?", *_REGION),
        ("policyDetails.action?.crossRegionCopies[*].target", *_REGION),
    ),
    "aws:docdb/cluster:Cluster": (("globalClusterIdentifier", *_NO_GLOBAL),),
    "aws:dsql/cluster:Cluster": (("multiRegionProperties", *_NO_GLOBAL),),
    "aws:efs/replicationConfiguration:ReplicationConfiguration": (
        ("destination.region", *_REGION),
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        ("globalReplicationGroupId", *_NO_GLOBAL),
    ),
    "aws:keyspaces/keyspace:Keyspace": (
        (
            "replicationSpecification?.replicationStrategy?",
            one_of("SINGLE_REGION"),
            '"SINGLE_REGION"',
        ),
    ),
    "aws:memorydb/cluster:Cluster": (("multiRegionClusterName", *_NO_GLOBAL),),
    "aws:mq/broker:Broker": (
        ("dataReplicationMode?", one_of("NONE"), '"NONE"'),
        (
            "dataReplicationPrimaryBrokerArn",
            absent,
            "nothing: the other broker is of another region",
        ),
    ),
    "aws:msk/replicator:Replicator": (
        ("kafkaClusters[*].apacheKafkaCluster?.bootstrapBrokerString", *_HOST),
    ),
    "aws:neptune/cluster:Cluster": (("globalClusterIdentifier", *_NO_GLOBAL),),
    "aws:rds/cluster:Cluster": (
        ("globalClusterIdentifier", *_NO_GLOBAL),
        ("enableGlobalWriteForwarding", *_OFF),
    ),
}
"""Copies and clusters that span regions."""

EDGE: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:apigateway/domainName:DomainName": (
        ("certificateArn", absent, "regionalCertificateArn: this one is of the edge"),
        ("endpointConfiguration.types", one_of("REGIONAL", "PRIVATE"), '"REGIONAL" or "PRIVATE"'),
    ),
    "aws:apigateway/restApi:RestApi": (
        (
            "endpointConfiguration.types",
            one_of("REGIONAL", "PRIVATE"),
            '"REGIONAL" or "PRIVATE": where nothing is said, AWS serves it from its edge',
        ),
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": (
        ("certificateArn", absent, "no domain of one's own: it is served from the edge"),
    ),
    "aws:ec2/vpnConnection:VpnConnection": (("enableAcceleration", *_OFF),),
    "aws:s3/bucket:Bucket": (("accelerationStatus?", one_of("Suspended"), '"Suspended"'),),
    "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration": (
        ("status", one_of("Suspended"), '"Suspended"'),
    ),
    **{
        f"aws:wafv2/{token}": (("scope", one_of("REGIONAL"), '"REGIONAL"'),)
        for token in (
            "ipSet:IpSet",
            "regexPatternSet:RegexPatternSet",
            "ruleGroup:RuleGroup",
            "webAcl:WebAcl",
        )
    },
}
"""What AWS serves from the nearest place of its edge network, wherever that is."""

NAMES: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": (
        ("domainNameServers[*]", _resolver, '"AmazonProvidedDNS" or a private address'),
        ("ntpServers[*]", *_PRIVATE),
    ),
    "aws:route53/resolverRule:ResolverRule": (("targetIps[*].ip", *_PRIVATE),),
    "aws:route53/vpcAssociationAuthorization:VpcAssociationAuthorization": (
        ("vpcRegion", _region_or_nothing, ALLOWED_REGIONS),
    ),
    "aws:route53/zone:Zone": (
        ("vpcs[+].vpcId", _some, "a VPC: a zone without one is public, answered everywhere"),
    ),
}
"""Names that are asked or answered outside."""

SENDS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:apigateway/integration:Integration": (("uri", *_HOST_IF),),
    "aws:apigatewayv2/integration:Integration": (("integrationUri", *_HOST_IF),),
    "aws:cloudwatch/eventApiDestination:EventApiDestination": (("invocationEndpoint", *_HOST),),
    "aws:cloudwatch/eventBus:EventBus": (("eventSourceName", *_NO_SAAS),),
    "aws:cloudwatch/eventConnection:EventConnection": (
        ("authParameters.oauth?.authorizationEndpoint", *_HOST),
    ),
    "aws:datasync/locationAzureBlob:LocationAzureBlob": (("containerUrl", *_HOST),),
    "aws:datasync/locationObjectStorage:LocationObjectStorage": (("serverHostname", *_HOST),),
    "aws:datasync/locationSmb:LocationSmb": (("serverHostname", *_HOST),),
    "aws:datasync/nfsLocation:NfsLocation": (("serverHostname", *_HOST),),
    "aws:dms/endpoint:Endpoint": (
        ("serverName?", *_HOST),
        ("elasticsearchSettings?.endpointUri", *_HOST),
        ("kafkaSettings?.broker", *_HOST),
    ),
    "aws:glue/connection:Connection": (
        ("connectionProperties?.KAFKA_BOOTSTRAP_SERVERS?", *_HOST),
        ("connectionProperties?.CONNECTION_URL?", *_HOST),
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        ("httpEndpointConfiguration?.url", *_HOST),
        ("snowflakeConfiguration", *_NO_SAAS),
        ("splunkConfiguration?.hecEndpoint", *_HOST),
    ),
    "aws:mskconnect/connector:Connector": (
        ("kafkaCluster.apacheKafkaCluster.bootstrapServers", *_HOST),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        (
            "protocol",
            one_of("sqs", "lambda", "firehose"),
            '"sqs", "lambda" or "firehose": the others leave AWS',
        ),
    ),
    "aws:transfer/connector:Connector": (("url?", *_HOST),),
}
"""Services that hand data to a host, or to somebody's inbox."""

GATHERS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:cfg/configurationAggregator:ConfigurationAggregator": (
        ("accountAggregationSource?.allRegions", *_OFF),
        ("organizationAggregationSource?.allRegions", *_OFF),
    ),
    "aws:observabilityadmin/centralizationRuleForOrganization:CentralizationRuleForOrganization": (
        ("rule.destination.region", *_REGION),
    ),
    "aws:resourceexplorer/index:Index": (("type", one_of("LOCAL"), '"LOCAL"'),),
    "aws:securityhub/aggregatorV2:AggregatorV2": (
        ("regionLinkingMode", one_of("SPECIFIED_REGIONS"), '"SPECIFIED_REGIONS"'),
        ("linkedRegions[+]", *_REGION),
    ),
    "aws:securityhub/findingAggregator:FindingAggregator": (
        ("linkingMode", one_of("SPECIFIED_REGIONS", "NO_REGIONS"), '"SPECIFIED_REGIONS"'),
        ("specifiedRegions[*]", *_REGION),
    ),
}
"""Services that gather logs and findings of several regions in one."""

REFUSED_SENDING: Final = {
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": "a chat service abroad",
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": "a chat service abroad",
    "aws:sns/platformApplication:PlatformApplication": "push services of phone makers abroad",
}
