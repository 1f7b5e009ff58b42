"""How a capability is built: one module or folder each, an ``Args`` and a ``ComponentResource``."""
