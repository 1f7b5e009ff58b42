"""Who meets whom: the composition root."""

import gc

# What the SDKs make stays until the end. Looking for garbage among it, as often as Python does by
# default, takes a quarter of the program's processor time.
gc.set_threshold(50_000, 20, 100)
