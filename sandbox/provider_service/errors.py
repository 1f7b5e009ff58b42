"""The error that a provider shows as one line."""


class ProviderError(Exception):
    """Ends one operation; its text is the only line that the user sees."""
