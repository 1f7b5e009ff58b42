"""What a client asks for, and the part of it that an account is granted."""

from collections.abc import Iterable

from app.account import Account

Access = dict[str, str | list[str]]


def granted(account: Account, scopes: Iterable[str], repositories: Iterable[str]) -> list[Access]:
    """The access that the account gets: less than it asked for, where it may do less.

    Asking for too much is no error in the protocol: the registry refuses what the token lacks.

    Args:
        account: who asks.
        scopes: scopes as the client sent them (`repository:mizan/serving:pull,push`), each
            perhaps several with spaces between.
        repositories: the repositories that exist; nobody is granted anything on another.
    """
    known = set(repositories)
    access: list[Access] = []
    for scope in " ".join(scopes).split():
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        if kind != "repository" or name not in known:
            continue
        allowed = sorted(set(actions.split(",")) & account.rights)
        if allowed:
            access.append({"type": kind, "name": name, "actions": list(allowed)})
    return access
