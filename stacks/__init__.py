"""Who meets whom: the composition root."""
