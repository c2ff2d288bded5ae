"""Reads values out of a message: where, how bad, since when, how it began, who, and answers such as "nope"."""

from unknot.reading.values.reader import read_document, read_values
from unknot.reading.values.text import Document

__all__ = ["Document", "read_document", "read_values"]
