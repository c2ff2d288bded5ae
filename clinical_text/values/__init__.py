"""Reads values out of a message: where, how bad, since when, how it began, who, and answers such as "nope"."""

from clinical_text.values.reader import read_values

__all__ = ["read_values"]
