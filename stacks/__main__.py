"""The program of every environment: what it is, what it is built of, what it tells the world."""

import pulumi

from stacks import bulk, data, events, foundation, messages, ml, settings
from stacks.hardening import harden
from stacks.safeguard import protect

messages.withhold_debugging()
environment, site = settings.here(pulumi.get_stack())
harden(environment.tags)
protect(environment.name)
ground = foundation.build(environment, site)
topics = events.build(environment, ground)
lake = data.build(environment, ground)
model = ml.build(environment, ground, lake)
for part in (ground, topics, lake, model, bulk.build(environment, ground, lake, model)):
    for name, value in part.exports().items():
        pulumi.export(name, value)
pulumi.export("tags", environment.tags)
