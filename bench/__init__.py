"""Measures the cost of builds and responses, on generated events."""
