"""EKS: the API server of a rehearsal plays every cluster, where there is one."""

import base64
from typing import Any

from moto.eks.models import eks_backends

from sandbox.aws.cloud.call import Call
from sandbox.aws.cloud.keeping import PASS, Service, Store


def _play(call: Call, store: Store) -> dict[str, Any]:
    """Give moto's cluster the address and the authority of the real API server."""
    del store
    backend = eks_backends[call.settings.account][call.region]
    cluster = backend.clusters.get(call.parameters["name"])
    if cluster is not None and call.settings.cluster_endpoint:
        cluster.endpoint = call.settings.cluster_endpoint
        if call.settings.cluster_ca:
            authority = base64.b64encode(call.settings.cluster_ca.read_bytes()).decode()
            cluster.certificate_authority = {"data": authority}
    return PASS


SERVICE = Service("eks", operations={"DescribeCluster": _play})
