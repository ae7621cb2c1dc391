"""Weights that scripts in benchmarks/ fit and write, each file with its date and data."""
