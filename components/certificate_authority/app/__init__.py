"""Makes the certificates, credentials and keys that were asked for, and renews them in time."""
