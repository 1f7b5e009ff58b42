"""A topic that says it is nobody's, against what its provider says."""

from tests.policies.programs.compliant import KEY, Resource, inside

Resource("aws:sns/topic:Topic", "stray", inside(), kmsMasterKeyId=KEY, tags={"owner": ""})
