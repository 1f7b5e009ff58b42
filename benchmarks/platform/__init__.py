"""How long the sandbox takes to come up, to see that nothing changed, and to go."""
