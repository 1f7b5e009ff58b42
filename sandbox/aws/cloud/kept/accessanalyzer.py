"""IAM Access Analyzer: analyzers and archive rules."""

from sandbox.aws.cloud.keeping import Collection, Service

SERVICE = Service(
    "accessanalyzer",
    Collection(
        kind="analyzer",
        key=("analyzerName",),
        rename={"analyzerName": "name"},
        made={
            "arn": "arn:aws:access-analyzer:{region}:{account}:analyzer/{name}",
            "status": "ACTIVE",
            "createdAt": "{now}",
            "tags": {},
        },
        create="CreateAnalyzer",
        describe="GetAnalyzer",
        listing="ListAnalyzers",
        update="UpdateAnalyzer",
        delete="DeleteAnalyzer",
    ),
)
