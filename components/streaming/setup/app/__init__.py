"""Brings topics and the access list of Kafka to what was declared."""
