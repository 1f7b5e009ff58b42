"""The storage class for everything that must not lie in the clear on a disk."""

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes.storage.v1 import StorageClass

# What makes each provisioner encrypt. A closed list: a provisioner that is not here may ignore
# the parameter, and its volumes would then lie in the clear under an encrypted-sounding name.
ENCRYPTING_PARAMETERS = {
    "mizan.sandbox/encrypted-path": {"encrypted": "true"},
    "ebs.csi.aws.com": {"encrypted": "true", "type": "gp3"},
}
KEY_PARAMETER = {"ebs.csi.aws.com": "kmsKeyId"}


@dataclass(frozen=True, kw_only=True)
class EncryptedStorageArgs:
    """Which of the site's provisioners encrypts, and what happens to a released volume."""

    site: str
    """Name of the site, for messages."""
    encrypted_provisioner: str | None
    """The provisioner that encrypts; None where the site has none, which is refused."""
    key: pulumi.Input[str] | None = None
    """Key of the user's own, where the provisioner takes one (`ebs.csi.aws.com`: required)."""
    name: str = "mizan-encrypted"
    """Name of the storage class."""
    reclaim: Literal["Retain", "Delete"] = "Retain"
    """What becomes of a volume when its claim is deleted; kept by default."""


class EncryptedStorage(pulumi.ComponentResource):
    """A storage class whose volumes are encrypted at rest, or a refusal that says why not."""

    class_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptedStorageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Make the storage class.

        Raises:
            ValueError: if the site cannot encrypt, or its provisioner is not known to.
        """
        super().__init__("mizan:components:EncryptedStorage", name, None, opts)
        provisioner = _encrypting(args)
        parameters: dict[str, pulumi.Input[str]] = dict(ENCRYPTING_PARAMETERS[provisioner])
        if provisioner in KEY_PARAMETER:
            if args.key is None:
                raise ValueError(
                    f"site {args.site}: {provisioner} encrypts with a key of yours and none was "
                    "given: set `key` to the key's identifier"
                )
            parameters[KEY_PARAMETER[provisioner]] = args.key
        storage_class = StorageClass(
            f"{name}-class",
            metadata={"name": args.name},
            provisioner=provisioner,
            parameters=parameters,
            reclaim_policy=args.reclaim,
            # The volume is made where its pod runs: a volume cannot follow a pod to another zone.
            volume_binding_mode="WaitForFirstConsumer",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.class_name = storage_class.metadata.apply(lambda metadata: str(metadata.name))
        self.register_outputs({"class_name": self.class_name})


def _encrypting(args: EncryptedStorageArgs) -> str:
    """The site's provisioner, if its volumes are known to be encrypted."""
    known = ", ".join(sorted(ENCRYPTING_PARAMETERS))
    if args.encrypted_provisioner is None:
        raise ValueError(
            f"site {args.site} cannot encrypt volumes, and nothing is stored in the clear: install "
            f"a provisioner that encrypts and name it in `encrypted_provisioner` (one of {known})"
        )
    if args.encrypted_provisioner not in ENCRYPTING_PARAMETERS:
        raise ValueError(
            f"site {args.site}: the provisioner {args.encrypted_provisioner} is not known to "
            f"encrypt; known are {known}: use one of them, or add it to ENCRYPTING_PARAMETERS in "
            "components/encrypted_storage.py with the parameters that make it encrypt"
        )
    return args.encrypted_provisioner
