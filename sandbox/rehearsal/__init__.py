"""A cloud environment brought up, judged, changed and taken down without an account.

The engine, the policy pack and the Kubernetes API server are the real ones; AWS and the machines
are played. Everything lives in `.sandbox/<environment>-rehearsal/` and ends with the command.
"""
