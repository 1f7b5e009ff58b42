"""What keeps each AWS resource off the internet, as a table."""

from typing import Final

from policies.accepting import absent, filled, no, off, one_of, yes
from policies.judging import Demand

_OFF: Final = (off, "false")
_SAID_OFF: Final = (no, "false, said: AWS takes true where nothing is said")
_BLOCKED: Final[tuple[Demand, ...]] = tuple(
    (name, yes, "true")
    for name in (
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    )
)
_PRIVATE_ACL: Final[Demand] = (
    "acl",
    one_of("private", "log-delivery-write", "bucket-owner-full-control", "bucket-owner-read"),
    "an ACL of the owner, or none",
)
_NOT_SHARED: Final = (absent, "no ACL: bucket policies say who may")
_NOT_WITH_ALL: Final[Demand] = (
    "sharedAccounts[*]",
    lambda value: filled(value) and str(value).lower() != "all",
    "an account by its number",
)
_PUBLIC: Final[Demand] = ("publiclyAccessible", *_OFF)

PUBLIC_ACCESS: Final[dict[str, tuple[Demand, ...]]] = {
    "aws:apigateway/method:Method": (
        ("authorization", one_of("AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"), "an authorizer"),
    ),
    "aws:apigatewayv2/route:Route": (
        ("authorizationType", one_of("AWS_IAM", "CUSTOM", "JWT"), "an authorizer"),
    ),
    "aws:cognito/identityPool:IdentityPool": (("allowUnauthenticatedIdentities", *_OFF),),
    "aws:dms/replicationInstance:ReplicationInstance": (("publiclyAccessible", *_SAID_OFF),),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": (
        ("state", one_of("block-all-sharing"), '"block-all-sharing"'),
    ),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": (
        ("state", one_of("block-new-sharing"), '"block-new-sharing"'),
    ),
    "aws:ec2/instance:Instance": (("associatePublicIpAddress", *_OFF),),
    "aws:ec2/launchConfiguration:LaunchConfiguration": (("associatePublicIpAddress", *_OFF),),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        ("networkInterfaces[*].associatePublicIpAddress", *_OFF),
    ),
    "aws:ec2/subnet:Subnet": (("mapPublicIpOnLaunch", *_OFF),),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": (
        ("internetGatewayBlockMode", one_of("block-bidirectional"), '"block-bidirectional"'),
    ),
    "aws:ecs/service:Service": (("networkConfiguration?.assignPublicIp", *_OFF),),
    "aws:eks/cluster:Cluster": (
        ("vpcConfig.endpointPublicAccess", *_SAID_OFF),
        ("vpcConfig.endpointPrivateAccess", yes, "true"),
    ),
    "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration": (
        ("blockPublicSecurityGroupRules", yes, "true"),
    ),
    "aws:kms/grant:Grant": (
        ("granteePrincipal", lambda value: filled(value) and value != "*", "a principal by name"),
    ),
    "aws:lambda/functionUrl:FunctionUrl": (("authorizationType", one_of("AWS_IAM"), '"AWS_IAM"'),),
    "aws:lambda/layerVersionPermission:LayerVersionPermission": (
        ("principal", lambda value: filled(value) and value != "*", "an account by its number"),
    ),
    "aws:lambda/permission:Permission": (
        ("principal", lambda value: filled(value) and value != "*", "a service or an account"),
        ("functionUrlAuthType?", one_of("AWS_IAM"), '"AWS_IAM"'),
    ),
    "aws:mq/broker:Broker": (_PUBLIC,),
    "aws:msk/cluster:Cluster": (
        (
            "brokerNodeGroupInfo.connectivityInfo?.publicAccess?.type",
            one_of("DISABLED"),
            '"DISABLED"',
        ),
        ("clientAuthentication.unauthenticated", *_OFF),
    ),
    "aws:neptune/clusterInstance:ClusterInstance": (_PUBLIC,),
    "aws:neptunegraph/graph:Graph": (("publicConnectivity", *_OFF),),
    "aws:opensearch/domain:Domain": (
        ("vpcOptions.subnetIds", filled, "a subnet: a domain outside a VPC is public"),
    ),
    "aws:ram/resourceShare:ResourceShare": (("allowExternalPrincipals", *_OFF),),
    "aws:rds/cluster:Cluster": (_PUBLIC,),
    "aws:rds/clusterInstance:ClusterInstance": (_PUBLIC,),
    "aws:rds/clusterSnapshot:ClusterSnapshot": (_NOT_WITH_ALL,),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": (_NOT_WITH_ALL,),
    "aws:rds/instance:Instance": (_PUBLIC,),
    "aws:rds/snapshot:Snapshot": (_NOT_WITH_ALL,),
    "aws:rds/snapshotCopy:SnapshotCopy": (_NOT_WITH_ALL,),
    "aws:redshift/cluster:Cluster": (("publiclyAccessible", *_OFF),),
    "aws:redshiftserverless/workgroup:Workgroup": (_PUBLIC,),
    "aws:s3/accessPoint:AccessPoint": (
        ("vpcConfiguration.vpcId", filled, "a VPC: an access point without one is of the internet"),
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _BLOCKED,
    "aws:s3/bucket:Bucket": (
        ("acl?", *_PRIVATE_ACL[1:]),
        ("grants", *_NOT_SHARED),
        ("website", absent, "no website: it is public"),
    ),
    "aws:s3/bucketAcl:BucketAcl": (
        ("acl?", *_PRIVATE_ACL[1:]),
        ("accessControlPolicy", *_NOT_SHARED),
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": (("acl?", *_PRIVATE_ACL[1:]),),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _BLOCKED,
    "aws:sagemaker/notebookInstance:NotebookInstance": (
        ("directInternetAccess", one_of("Disabled"), '"Disabled"'),
    ),
}
"""By type, what is asked of each."""

REFUSED: Final = {
    "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration": "a website is public",
    "aws:ec2/eip:Eip": "an address of the internet",
    "aws:ec2/eipAssociation:EipAssociation": "an address of the internet",
}
"""Types that have no use but to be public."""
