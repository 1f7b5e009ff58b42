"""Copies every version of every object from one S3 server to another, and proves each copy."""
