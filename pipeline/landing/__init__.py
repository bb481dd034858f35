"""Finds the files of the landing zone, reads their rows, and tells which of them have changed."""
