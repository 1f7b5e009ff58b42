"""Brings buckets, accounts and rights of the object store to what was declared, and tries them."""
