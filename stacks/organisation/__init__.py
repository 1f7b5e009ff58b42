"""The organisation: a program of its own, deployed from the management account."""
