"""Access Analyzer: who outside can reach what, and which rights nobody uses."""

from sandbox.aws.provider.resource import Do, Resource

TYPES = (
    Resource(
        "aws:accessanalyzer/analyzer:Analyzer",
        "accessanalyzer",
        create="CreateAnalyzer",
        id="{analyzerName}",
        key={"analyzerName": "{id}"},
        read=Do("GetAnalyzer", at="analyzer"),
        update="UpdateAnalyzer",
        delete="DeleteAnalyzer",
        rename={"analyzerName": "name"},
        replace=("analyzerName", "type"),
        defaults={"type": "ACCOUNT"},
        name="analyzerName",
    ),
)
