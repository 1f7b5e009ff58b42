"""The store's accounts, through its administration interface (versitygw, signed like S3)."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from app.declaration import Credential, Declaration, SetupError


@dataclass(frozen=True)
class Accounts:
    """The accounts of one store, as its root sees them."""

    declaration: Declaration

    def held(self) -> dict[str, Credential]:
        """Every account of the store, by access key."""
        answer = self._ask("list-users")
        # The answer comes from the store itself, over TLS that our own authority vouches for.
        found = ET.fromstring(answer).iter("Accounts")  # noqa: S314 - see above
        pairs = [(each.findtext("Access", ""), each.findtext("Secret", "")) for each in found]
        return {key: Credential(access_key=key, secret_key=secret) for key, secret in pairs}

    def create(self, wanted: Credential) -> None:
        """Make an account that may do nothing until a policy names it."""
        body = (
            f"<Account><Access>{escape(wanted.access_key)}</Access>"
            f"<Secret>{escape(wanted.secret_key)}</Secret><Role>user</Role></Account>"
        )
        self._ask("create-user", body=body)

    def change_secret(self, wanted: Credential) -> None:
        """Give an account the secret that was issued to it, and no more than a user's role."""
        secret = escape(wanted.secret_key)
        body = f"<MutableProps><Secret>{secret}</Secret><Role>user</Role></MutableProps>"
        self._ask(f"update-user?access={quote(wanted.access_key)}", body=body)

    def delete(self, access_key: str) -> None:
        """Remove an account that nobody declares any more."""
        self._ask(f"delete-user?access={quote(access_key)}")

    def _ask(self, path: str, body: str = "") -> bytes:
        request = AWSRequest(
            method="PATCH", url=f"{self.declaration.endpoint}/{path}", data=body.encode()
        )
        root = self.declaration.root
        signer = S3SigV4Auth(
            Credentials(root.access_key, root.secret_key), "s3", self.declaration.region
        )
        signer.add_auth(request)
        # The stubs know a flag only; botocore itself takes the path of an authority here too.
        authority: Any = str(self.declaration.authority)
        session = URLLib3Session(verify=authority)
        answer = session.send(request.prepare())
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise SetupError(
                f"the store refused {path.partition('?')[0]}: {answer.status_code} {answer.text}"
            )
        return bytes(answer.content)
