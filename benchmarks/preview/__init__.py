"""How long a plan takes: with and without the rules, and as the estate grows."""
