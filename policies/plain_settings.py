"""Which settings turn encryption off, or ask for a protocol that is broken.

A setting is a name and a value: a variable, an option, a property, a field. What only a program
knows, like a default that is off, cannot be seen here.
"""

import re
from collections.abc import Iterator
from typing import Final

_URL: Final = re.compile(
    r"(?<![a-z+])(http|ftp|ws|ldap|redis|amqp|mqtt|nats|stomp|plaintext|sasl_plaintext|telnet|smtp"
    r"|h2c|grpc\+insecure)://([^\s\"'/,;]*)",
    re.IGNORECASE,
)
_SAME_POD: Final = re.compile(r"(?:.*@)?(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?\Z")
_PLAINTEXT: Final = re.compile(r"\b(?:SASL_)?PLAINTEXT\b")
_OLD: Final = re.compile(r"\b(?:SSLv[23]|TLS ?v?1(?:[._][01])?)\b(?![._]\d)", re.IGNORECASE)
_OLD_FIELD: Final = re.compile(r"(?:tls|ssl|protocol|cipher)", re.IGNORECASE)
_OLD_LISTENER: Final = re.compile(
    r"\bELBSecurityPolicy-(?:20\d\d-\d\d|TLS-1-[01]-|FS-(?:2018|1-1)-|TLS13-1-[01]-)[\w-]*"
)
_ON: Final = re.compile(
    r"(?:(?:ssl|tls|encryption|crypto|encrypt|https|mtls)[\w.-]*(?:enabled?|required?|mode)|authenticate"
    r"|(?:verify|check)[_.-]?(?:ssl|tls|hostname|cert\w*|certs?)|use[_.-]?(?:ssl|tls)"
    r"|ssl[_.-]?verify|tls[_.-]?verify|node_tls_reject_unauthorized|pythonhttpsverify|secure)$",
    re.IGNORECASE,
)
"""Names of settings that must not be off."""
_OFF: Final = re.compile(
    r"(?:insecure|plaintext|skip[_.-]?(?:tls[_.-]?)?verif\w*|tls[_.-]?skip\w*|insecure[_.-]?skip\w*"
    r"|allow[_.-]?insecure|disable[_.-]?(?:ssl|tls)|trust[_.-]?all\w*|no[_.-]?verify)$",
    re.IGNORECASE,
)
"""Names of settings that must not be on."""
_NO: Final = frozenset(
    {"0", "allow", "disable", "disabled", "false", "no", "none", "off", "prefer"}
)
_YES: Final = frozenset({"1", "enabled", "on", "true", "yes"})
_IN_TEXT: Final = re.compile(
    r"\b(?:(?:ssl_?mode|useSSL|encrypt|tls)=(?:disable|allow|prefer|false|no|0)"
    r"|trustServerCertificate=true)\b"
    r"|(?:^|\s)(?:--insecure|--no-check-certificate|curl\s+-\w*k\w*)(?=\s|$)",
    re.IGNORECASE,
)
_IDENTITY: Final = "ssl.endpoint.identification.algorithm"
_CHECKS: Final = frozenset({"", "none"})


def plain(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Finds what is off in a setting.

    Args:
        name: Name of the setting.
        text: Its value; also a text of many settings.

    Yields:
        What was given, and what is allowed instead.
    """
    for match in _URL.finditer(text) if "://" in text else ():
        if _SAME_POD.match(match[2]) is None:
            yield match[0], "a scheme that encrypts, like https"
    if "PLAINTEXT" in text and (found := _PLAINTEXT.search(text)):
        yield found[0], "SSL or SASL_SSL"
    if _OLD_FIELD.search(name) and (found := _OLD.search(text)):
        yield found[0], "TLS 1.2 or 1.3"
    if found := _OLD_LISTENER.search(text):
        yield found[0], "a policy of TLS 1.2 or 1.3"
    if found := _IN_TEXT.search(text):
        yield found[0].strip(), "encryption, and the check of who answers"
    yield from _switched(name, text.strip().lower())


def _switched(name: str, value: str) -> Iterator[tuple[str, str]]:
    if value in _NO and _ON.search(name):
        yield value, "on"
    if value in _YES and _OFF.search(name):
        yield value, "off"
    if name.endswith(_IDENTITY) and value in _CHECKS:
        yield value, '"https": the check of who answers'
