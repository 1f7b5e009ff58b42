"""AWS without an account: a stand-in for the cloud, and a Pulumi provider that talks to it."""
