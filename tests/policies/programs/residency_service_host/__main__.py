"""An endpoint abroad, in the settings of a workload."""

from tests.policies.programs.compliant import Resource

endpoint = {"endpoint": "https://s3.eu-west-1.amazonaws.com"}
Resource("kubernetes:core/v1:ConfigMap", "settings", data=endpoint)
