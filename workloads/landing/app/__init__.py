"""Lands the flights table in the lake: Parquet by month, with a manifest of hashes."""
