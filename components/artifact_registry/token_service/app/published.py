"""`python -m app.published IMAGES.json`: wait until the registry holds every image."""

import base64
import json
import logging
import re
import ssl
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

logger = logging.getLogger("published-images")

LOGIN_FOLDER = Path("/etc/mizan/login")
PAUSE_SECONDS = 3
TIMEOUT_SECONDS = 10
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class MissingImagesError(Exception):
    """The registry does not hold every image."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The images to wait for, by registry, repository and digest."""

    images: tuple[str, ...]
    remedy: str
    deadline_seconds: float


class Registry:
    """A registry as one login sees it."""

    def __init__(self, login: Path = LOGIN_FOLDER) -> None:
        """Take the folder with `.dockerconfigjson` and `ca.crt`."""
        self._auths = json.loads((login / ".dockerconfigjson").read_text())["auths"]
        self._tls = ssl.create_default_context(cafile=str(login / "ca.crt"))

    def holds(self, reference: str) -> bool:
        """Whether the registry holds the manifest of a reference by digest.

        Raises:
            MissingImagesError: if it refuses the login.
            OSError: if it cannot be reached.
        """
        host, _, rest = reference.partition("/")
        repository, _, digest = rest.partition("@")
        url = f"https://{host}/v2/{quote(repository)}/manifests/{digest}"
        status, challenge = self._head(url, "")
        if status == HTTPStatus.UNAUTHORIZED:
            status, _ = self._head(url, self._token(host, challenge))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise MissingImagesError(
                f"{host} refuses to show {repository} to this login: add the repository to the "
                "registry's `repositories`, and the right to pull to the account"
            )
        return status == HTTPStatus.OK

    def _head(self, url: str, token: str) -> tuple[int, str]:
        """The status of a manifest, and the challenge that came with it."""
        headers = {"Accept": ", ".join(MANIFESTS)}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(url, method="HEAD", headers=headers)  # noqa: S310 - https
        try:
            with urllib.request.urlopen(  # noqa: S310 - https, see holds()
                request, timeout=TIMEOUT_SECONDS, context=self._tls
            ) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers.get("WWW-Authenticate", "")

    def _token(self, host: str, challenge: str) -> str:
        """A token from where the registry points, if that is the registry's own host."""
        said = dict(PARAMETER.findall(challenge))
        realm = urlsplit(said.get("realm", ""))
        if realm.scheme != "https" or realm.hostname != urlsplit(f"//{host}").hostname:
            raise MissingImagesError(
                f"{host} asks to send the login to {realm.geturl() or 'nowhere'}, which is not its "
                "own host over TLS: correct the realm in the registry's configuration"
            )
        query = urlencode({key: said[key] for key in ("service", "scope") if key in said})
        login = self._auths[host]
        basic = base64.b64encode(f"{login['username']}:{login['password']}".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - https, checked above
            f"{realm.geturl()}?{query}", headers={"Authorization": f"Basic {basic}"}
        )
        try:
            with urllib.request.urlopen(  # noqa: S310 - https, checked above
                request, timeout=TIMEOUT_SECONDS, context=self._tls
            ) as answer:
                return str(json.load(answer)["token"])
        except urllib.error.HTTPError as refused:
            if refused.code != HTTPStatus.UNAUTHORIZED:
                raise
            raise MissingImagesError(
                f"{realm.netloc} refuses the login of {login['username']}: look whether the "
                "account's Secret is mounted into the token service"
            ) from refused


def wait(wanted: Wanted, registry: Registry, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Return once the registry holds every image.

    Raises:
        MissingImagesError: if it still does not at the deadline; names what is missing, and the
            remedy.
    """
    deadline = time.monotonic() + wanted.deadline_seconds
    missing = list(wanted.images)
    said: object = None
    while True:
        trouble = ""
        try:
            missing = [image for image in missing if not registry.holds(image)]
        except (OSError, ssl.SSLError) as failed:
            trouble = f" (the registry cannot be asked: {failed})"
        if not missing:
            return
        what = f"missing {', '.join(missing)}{trouble}"
        if time.monotonic() >= deadline:
            raise MissingImagesError(f"{what}; {wanted.remedy}")
        if what != said:
            logger.info("waiting  %s", what)
            said = what
        time.sleep(pause_seconds)


def main(arguments: list[str]) -> int:
    """Wait, and say what came of it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if len(arguments) != 1:
        logger.error("usage: python -m app.published IMAGES.json")
        return 2
    document = json.loads(Path(arguments[0]).read_text())
    wanted = Wanted(
        images=tuple(document["images"]),
        remedy=document["remedy"],
        deadline_seconds=document["deadline_seconds"],
    )
    try:
        wait(wanted, Registry())
    except MissingImagesError as fault:
        logger.error("failed   %s", fault)  # noqa: TRY400 - one clear last line, no traceback
        return 1
    logger.info("done     the registry holds all %d images", len(wanted.images))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
