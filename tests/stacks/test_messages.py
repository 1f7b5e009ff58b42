"""What the SDK says to whoever debugs it."""

import pulumi
import pytest

from stacks import messages


@pytest.fixture
def said(monkeypatch) -> list[object]:
    calls: list[object] = []
    monkeypatch.setattr(pulumi.log, "debug", calls.append)  # a program may have run before
    monkeypatch.setattr(pulumi.log, "get_engine", lambda: calls)
    monkeypatch.setattr(pulumi.log, "_log", lambda engine, *said: engine.append(said[1]))
    monkeypatch.delenv(messages.ASKED, raising=False)
    return calls


def test_debugging_messages_stay_here_and_all_others_are_sent(said):
    messages.withhold_debugging()

    pulumi.log.debug("for the SDK's own people")
    pulumi.warn("for the user")

    assert said == ["for the user"]


def test_debugging_messages_are_sent_when_asked_for(said, monkeypatch):
    monkeypatch.setenv(messages.ASKED, "1")
    messages.withhold_debugging()

    pulumi.log.debug("for the SDK's own people")

    assert said == ["for the SDK's own people"]
