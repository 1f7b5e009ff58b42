"""Trains the variants of the delay model and offers them as candidates for a signature."""
