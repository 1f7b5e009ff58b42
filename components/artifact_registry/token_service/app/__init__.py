"""Says who may pull and who may push: the token service of the artifact registry."""
