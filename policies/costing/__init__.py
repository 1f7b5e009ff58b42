"""What a plan costs a month, before anything is made: priced from dated tables, never guessed.

Nothing here needs the engine, an account or a network. `estimate` takes the resources of a plan
and gives lines; what cannot be priced is a line of its own, and never zero.
"""
