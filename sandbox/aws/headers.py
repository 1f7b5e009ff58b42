"""Headers by which the provider tells the stand-in what a call is for."""

MADE_FOR = "X-Mizan-Made-For"
KNOWN_ID = "X-Mizan-Known-Id"
GONE = "X-Mizan-Gone"
