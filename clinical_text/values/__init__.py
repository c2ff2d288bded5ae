"""Reads values out of a message: where, how bad, since when, how it began, who, and answers such as "nope"."""

from clinical_text.values.reader import read_document, read_values
from clinical_text.values.text import Document

__all__ = ["Document", "read_document", "read_values"]
