"""A model server that answers only for signed models (Open Inference Protocol v2)."""
