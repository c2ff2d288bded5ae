"""Regular expressions kept as data: `knowledge/lexicon/values_patterns/<group>.yml`, one named expression a key.

They run over a `Document`'s canonical text. Lines of an expression are joined without a blank; `<<name>>` stands for
another expression of the same file. A missing name or an expression that does not compile raises `KnowledgeError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property

import yaml

from unknot.knowledge.loader import KnowledgeError
from unknot.reading.values.lexicon import FOLDER

PATTERNS = FOLDER / "values_patterns"
REFERENCE = re.compile(r"<<(\w+)>>")
_DEEPEST = 5


@cache
def sources(group: str) -> Mapping[str, str]:
    """Name and full text of every expression of a group, references filled in."""
    path = PATTERNS / f"{group}.yml"
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(raw, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in raw.items()):
        raise KnowledgeError(f"{path.name}: expected a mapping of names to regular expressions")
    texts = {name: text.replace("\n", "") for name, text in raw.items()}
    return {name: _filled(path.name, text, texts, 0) for name, text in texts.items()}


def _filled(source: str, text: str, texts: Mapping[str, str], depth: int) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in texts or depth > _DEEPEST:
            raise KnowledgeError(f"{source}: <<{match[1]}>> leads nowhere")
        return _filled(source, texts[match[1]], texts, depth + 1)

    return REFERENCE.sub(fill, text)


class Pattern:
    """A named expression, read and compiled when first used."""

    def __init__(self, group: str, name: str) -> None:
        self.group = group
        self.name = name

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        text = sources(self.group).get(self.name)
        if text is None:
            raise KnowledgeError(f"{self.group}.yml has no expression {self.name!r}")
        try:
            return re.compile(text)
        except re.error as error:
            raise KnowledgeError(f"{self.group}.yml: {self.name}: {error}") from error

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """As `re.Pattern.search`."""
        return self.compiled.search(text, start, len(text) if end is None else end)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """As `re.Pattern.match`."""
        return self.compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.fullmatch`."""
        return self.compiled.fullmatch(text)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """As `re.Pattern.finditer`."""
        return self.compiled.finditer(text, start, len(text) if end is None else end)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As `re.Pattern.sub`."""
        return self.compiled.sub(replacement, text)
