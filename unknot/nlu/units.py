"""Whether a text has the form of a question."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"\?|^\W*(?:what|wat|which|who|how|when|where|why|should|shud|shall|can|cn|could|may|do|does|is|are|will|would|any)\b"
    r"|\b(?:what|wat|which|how)\s+(?:\w+\s+)?(?:can|should|could|shall|do|does|is|are|else|long|soon|much)\b"
    r"|\b(?:should|shud|can|cn|could|may|do)\s+i\b|\bis\s+(?:it|this|that|there)\b",
    re.IGNORECASE,
)


def asks(text: str) -> bool:
    """Whether a text has the form of a question, with or without its mark."""
    return _ASKS.search(text) is not None
