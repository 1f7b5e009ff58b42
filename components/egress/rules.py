"""What the firewall lets through, in the order in which it asks."""

from collections.abc import Sequence
from typing import Any

ANY = "ANY"


def peer_rules(network: str, peers: Sequence[str], ports: Sequence[int]) -> list[dict[str, Any]]:
    """Let the two sites talk TLS, either way, on the ports given.

    The protocol is TLS and not TCP, so what is not encrypted does not pass even on such a port.

    Args:
        network: Range of this network.
        peers: Ranges of the other site.
        ports: TCP ports of whoever answers.
    """
    ways = [pair for peer in peers for pair in ((network, peer), (peer, network))]
    return [
        _rule(number, "PASS", "TLS", source, destination, str(port))
        for number, (source, destination, port) in enumerate(
            ((source, destination, port) for source, destination in ways for port in ports), 1
        )
    ]


def other_protocols() -> list[dict[str, Any]]:
    """Drop what is not TCP from its first packet on.

    The policy's default waits for an established connection, and a datagram needs none.
    """
    return [
        _rule(number, "DROP", protocol, ANY, ANY, ANY)
        for number, protocol in enumerate(("UDP", "ICMP"), 1)
    ]


def _rule(  # noqa: PLR0913, PLR0917 - the five-tuple and its number
    number: int, action: str, protocol: str, source: str, destination: str, port: str
) -> dict[str, Any]:
    return {
        "action": action,
        "header": {
            "protocol": protocol,
            "source": source,
            "source_port": ANY,
            "destination": destination,
            "destination_port": port,
            "direction": "FORWARD",
        },
        "rule_options": [{"keyword": "sid", "settings": [str(number)]}],
    }
