"""A cloud region: everything that the provider has is taken from it."""

from collections.abc import Mapping

import pulumi

from components.address_connection import AddressConnection, AddressConnectionArgs
from components.artifact_registry import ArtifactRegistry, ArtifactRegistryArgs
from components.artifact_registry import Aws as RegistryOnAws
from components.connection import Connection, ConnectionArgs, Peer
from components.elastic_capacity import ElasticCapacity, ElasticCapacityArgs
from components.encrypted_storage import EncryptedStorageArgs
from components.network import Role
from components.object_store import ObjectStore
from components.pod_identity import AGENT_BLOCK, AGENT_PORT, PodIdentity, PodIdentityArgs
from components.streaming import Streaming
from components.streaming import in_cluster as streaming_in_cluster
from components.streaming.aws import PORT as MSK_PORT
from environments import CloudRegion, Environment
from stacks import brokers, credentials, place, settings, sizing
from stacks.images import Images
from stacks.region import (
    catalogue,
    door,
    keys,
    machines,
    providers,
    safety,
    second_site,
    store,
    streams,
    surroundings,
    watch,
)
from stacks.region.facts import Facts
from stacks.sites.realisation import ApiServer, Door, Site
from workloads import pod

HTTPS = 443
VOLUMES = "ebs.csi.aws.com"
BOTTLEROCKET = "1.54.0"
"""Release of the nodes' operating system."""


class Cloud(Site):
    """An account's part of a region, with a cluster in it."""

    def __init__(self, environment: Environment, site: CloudRegion, images: Images) -> None:
        self._facts = Facts(
            environment=environment, site=site, allowed=settings.allowed(environment.name)
        )
        of_account = providers.aws(self._facts)
        account = pulumi.ResourceOptions(providers=[of_account])
        self._keys = {purpose: key.arn for purpose, key in keys.build(self._facts, account).items()}
        self._around = surroundings.build(self._facts, self._keys, account)
        self.outside_blocks = self._around.network.s3_blocks
        second = second_site.endpoint(self._facts, self._around, account)
        ways = [self._around.network.s3_endpoint_id]
        if second is not None:
            ways.append(second.endpoint.endpoint_id)
        self._store = store.build(self._facts, self._keys, ways, account)
        self._second: dict[str, pulumi.Input[object]] = {}
        if second is not None:
            self._second = second_site.roles(
                self._facts, second, self._store, images.repositories(), account
            )
        self._watch = watch.build(self._facts, self._keys, self._store, account)
        self._machines = machines.build(self._facts, self._keys, self._around, images, account)
        cluster = self._machines.cluster
        self._streaming = streams.build(self._facts, self._keys, self._around, cluster, account)
        if second is not None and self._streaming is not None:
            self._second |= second_site.mirror(self._facts, second, self._streaming, account)
        self._catalogue = catalogue.build(self._facts, self._keys, self._store, account)
        self._door = door.build(self._facts, self._around, cluster, account)
        safety.budget(self._facts, self._watch.topic, account)
        safety.backup(self._facts, self._keys, self._store, self._watch.topic, account)

        self._providers = [of_account, providers.cluster(cluster.kubeconfig)]
        self.name = site.name
        self.api_server = ApiServer(
            blocks=list(self._around.plan.subnets[Role.NODES].values()), port=HTTPS
        )
        self.storage = EncryptedStorageArgs(
            site=site.name,
            encrypted_provisioner=VOLUMES,
            key=self._keys["volumes"],
            name=place.ENCRYPTED_CLASS,
        )
        self.pull_secret = None
        at_the_door = self._door is not None
        self.requests = credentials.at_the_door() if at_the_door else ()
        self.namespaces = [
            sizing.capacity_namespace(),
            *([sizing.door_namespace()] if at_the_door else []),
        ]
        self._ready: list[pulumi.Resource] = []
        self.requests = [
            *self.requests,
            *brokers.certificates(environment.streaming, place.WORKLOADS),
        ]
        self.namespaces = [
            *self.namespaces,
            *sizing.streaming_namespaces(environment.streaming),
        ]

    def placed(self, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of whatever stands in the cluster, once volumes and names are there too."""
        return pulumi.ResourceOptions(
            providers=self._providers, depends_on=[self._machines.add_ons, *depends_on]
        )

    def published(
        self, images: Images, ready: pulumi.Resource, storage: pulumi.Resource
    ) -> pulumi.Resource:
        """The account's registry, and the nodes that come and go with the pods."""
        del storage
        facts = self._facts
        registry = ArtifactRegistry(
            "registry",
            ArtifactRegistryArgs(
                repositories=images.repositories(),
                site=RegistryOnAws(
                    account=facts.account,
                    region=facts.region,
                    key_arn=self._keys["registry"],
                    publisher_role_arn=f"arn:aws:iam::{facts.account}:role/mizan-publisher*",
                    tags=facts.tags(data_class="internal"),
                ),
            ),
            opts=self.placed(),
        )
        cluster = self._machines.cluster
        placement_groups = {
            name: made.placement_group.apply(str)
            for name, made in self._machines.made.items()
            if made.pool.fabric
        }
        ElasticCapacity(
            "capacity",
            ElasticCapacityArgs(
                cluster=cluster,
                nodes=self._machines.nodes,
                account=facts.account,
                region=facts.region,
                pools=self._machines.pools,
                pool_tags=self._machines.tags,
                placement_groups=placement_groups,
                launch=self._machines.launch,
                kubernetes_version=facts.environment.cluster.version,
                bottlerocket_version=BOTTLEROCKET,
                queue_key_arn=self._keys["incidents"] if self._reaches("sqs") else None,
                namespace=place.CAPACITY,
                image=images.reference("karpenter"),
                compute=sizing.own_compute(sizing.CAPACITY),
                reachable_blocks=self._control_blocks(),
                tags=facts.tags(data_class="internal"),
            ),
            opts=self.placed(registry, ready),
        )
        self._ready = [registry, ready]
        return registry

    def _reaches(self, service: str) -> bool:
        """Whether the network has an endpoint of a service; nothing else leads to it."""
        return service in surroundings.declared(self._facts).endpoints

    def _control_blocks(self) -> list[str]:
        """Where the API server, the agent of identities and the provider's endpoints answer."""
        return [
            self._machines.cluster.service_block,
            AGENT_BLOCK,
            *self._around.plan.subnets[Role.NODES].values(),
            *self._around.plan.subnets[Role.ENDPOINTS].values(),
        ]

    def object_store(self, images: Images, opts: pulumi.ResourceOptions) -> ObjectStore:
        """The buckets, which were made with the region."""
        del images, opts
        return self._store

    def client(self, store: ObjectStore) -> pod.StoreClient:
        """The pod's own role."""
        return pod.StoreClient(endpoint=store.endpoint, region=store.region, credential_secret=None)

    def way_to_store(
        self, workload: str, labels: Mapping[str, str], store: ObjectStore
    ) -> pulumi.Resource:
        """A role with the workload's grants, and the way to it and to the buckets."""
        namespace = place.namespace_of(workload)
        source = Peer(namespace=namespace, labels=labels)
        to_agent = AddressConnection(
            f"{workload}-to-identity-agent",
            AddressConnectionArgs(source=source, blocks=[AGENT_BLOCK], port=AGENT_PORT),
            opts=self.placed(*self.walls),
        )
        to_store = AddressConnection(
            f"{workload}-to-store",
            AddressConnectionArgs(source=source, blocks=self._around.network.s3_blocks, port=HTTPS),
            opts=self.placed(*self.walls),
        )
        return PodIdentity(
            f"{workload}-identity",
            PodIdentityArgs(
                cluster_name=self._machines.cluster.name,
                namespace=namespace,
                service_account=workload,
                documents={"store": store.grant_documents[workload], **self._rights(workload)},
                account=self._facts.account,
                tags=self._facts.tags(workload),
            ),
            opts=self.placed(to_agent, to_store),
        )

    def door(self, images: Images, target: Peer, service: str, port: int) -> Door:
        """The load balancer's way to the pods, where the environment asks for one."""
        if self._door is None:
            return Door()
        return door.lead_to(
            self._facts,
            self._around,
            self._door,
            door.Led(
                cluster=self._machines.cluster.name,
                image=images.reference("load-balancer-controller"),
                target=target,
                service=service,
                port=port,
                reachable_blocks=self._control_blocks(),
            ),
            self.placed(*self._ready, *self.walls),
        )

    def streaming(self, images: Images, opts: pulumi.ResourceOptions) -> Streaming:
        """The region's brokers, which were made with it; in an environment without them, pods."""
        if self._streaming is not None:
            return self._streaming
        environment = self._facts.environment
        return brokers.streaming(
            environment, self._facts.site, images, brokers.Access(pull_secret=None), opts
        )

    def way_to_streaming(self, workload: str, labels: Mapping[str, str]) -> pulumi.Resource:
        """A permitted conversation with the brokers; who asks says the role or the certificate."""
        source = Peer(namespace=place.WORKLOADS[workload], labels=labels)
        name, opts = f"{workload}-to-streaming", self.placed(*self.walls)
        if self._streaming is None:
            ends = ConnectionArgs(
                source=source,
                target=streaming_in_cluster.peer(place.STREAMING),
                ports=[streaming_in_cluster.PORT],
            )
            return Connection(name, ends, opts=opts)
        blocks = list(self._around.plan.subnets[Role.DATA].values())
        return AddressConnection(
            name, AddressConnectionArgs(source=source, blocks=blocks, port=MSK_PORT), opts=opts
        )

    def placement(self, workload: str) -> pod.Placement:
        """The nodes of the pools for this kind of work, whose taints it tolerates."""
        training = self._facts.environment.workloads.training
        gpus, named = (training.gpus, training.pool) if workload == "training" else (0, None)
        purpose = machines.purpose_of(self._facts, workload)
        pool = next(
            one
            for one in self._machines.pools
            if one.purpose == purpose.value and named in {None, one.name}
        )
        return pod.Placement(
            node_labels={
                machines.PURPOSE_LABEL: purpose.value,
                **({machines.POOL_LABEL: named} if named else {}),
            },
            tolerated={taint.key: taint.value for taint in pool.taints()},
            gpus=gpus,
        )

    def _rights(self, workload: str) -> dict[str, pulumi.Output[str]]:
        """What the workload's role may do with topics, where that is for roles to say."""
        documents = {} if self._streaming is None else self._streaming.grant_documents
        return {"streaming": documents[workload]} if workload in documents else {}

    def exports(self) -> dict[str, pulumi.Input[object]]:
        """What else the stack tells: where the cluster is, and what stands before it."""
        cluster = self._machines.cluster
        told: dict[str, pulumi.Input[object]] = {
            "cluster": cluster.name,
            "kubeconfig": cluster.kubeconfig,
            "incidents": self._watch.topic.queue_url,
            **self._second,
        }
        if self._door is not None:
            told["loadBalancer"] = self._door.dns_name
        if self._catalogue is not None:
            told["workgroup"] = self._catalogue.workgroup
        return told
