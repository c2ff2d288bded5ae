"""The sealed sets: how their texts are kept out of sight, and how a program reads them.

A text stands in the files as `!sealed` and its base64. That is no secret, it only keeps people from reading test
messages by accident, in a search or while looking at a change. `evaluation/sets/sealed/README.md` says why.
"""

from __future__ import annotations

import base64
from collections import Counter
from functools import cache
from typing import Any

import yaml

from evaluation import cases

FOLDER = cases.SETS / "sealed"
VOICES = (
    "one_thumb",
    "typos",
    "dictated",
    "british",
    "american",
    "indian_english",
    "second_language",
    "teenager",
    "old",
    "carer",
    "long_story",
    "oblique",
    "swearing",
    "several_signs",
    "beside_a_question",
    "beside_denials",
)
_SEALED, _CLEAR = "!sealed", "!clear"


class Text(str):
    """A message of a sealed set, told apart from ids and other values."""

    __slots__ = ()


class _Loader(yaml.SafeLoader):
    pass


class _Revealing(yaml.SafeDumper):
    pass


class _Sealing(yaml.SafeDumper):
    pass


def _unsealed(loader: _Loader, node: yaml.ScalarNode) -> Text:
    return Text(base64.b64decode(loader.construct_scalar(node), validate=True).decode())


def _clear(loader: _Loader, node: yaml.ScalarNode) -> Text:
    return Text(loader.construct_scalar(node))


def _reveal(dumper: _Revealing, text: Text) -> yaml.ScalarNode:
    return dumper.represent_scalar(_CLEAR, str(text))


def _conceal(dumper: _Sealing, text: Text) -> yaml.ScalarNode:
    return dumper.represent_scalar(_SEALED, base64.b64encode(text.encode()).decode())


_Loader.add_constructor(_SEALED, _unsealed)
_Loader.add_constructor(_CLEAR, _clear)
_Revealing.add_representer(Text, _reveal)
_Sealing.add_representer(Text, _conceal)


def revealed(document: str) -> str:
    """The YAML of a set with its texts readable, each marked `!clear`."""
    return _dump(document, _Revealing)


def concealed(document: str) -> str:
    """The YAML of a set with every text that is marked `!clear` sealed."""
    return _dump(document, _Sealing)


def _read(document: str) -> Any:
    loader = _Loader(document)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _dump(document: str, dumper: type[yaml.SafeDumper]) -> str:
    return yaml.dump(_read(document), Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000)


@cache
def document(name: str, _folder: str = "") -> dict[str, Any]:
    """One sealed set in the shape of the others; emergencies lose the note of who speaks."""
    return dict(_without_voices(_load(name)))


@cache
def voices() -> dict[str, str]:
    """Who speaks in each emergency: text to voice. Raises SetError when a voice is unknown or missing."""
    loaded = _load("emergencies")
    entries = [item for group in loaded.values() for items in group.values() for item in items]
    found = {str(entry["text"]): str(entry["voice"]) for entry in entries}
    if wrong := set(found.values()) - set(VOICES):
        raise cases.SetError(f"emergencies: unknown voices {sorted(wrong)}")
    return found


def own() -> list[cases.Case]:
    """All sealed cases. Raises SetError, without the text that it is about, when a set does not read."""
    try:
        with cases.read_by(document):
            found = cases.own()
    except cases.SetError as error:
        name = str(error).partition(":")[0]
        raise cases.SetError(f"{name}: the sealed set does not read; reveal it and read it as a clear one") from None
    if any(count > 1 for count in Counter(case.text.casefold() for case in found).values()):
        raise cases.SetError("a text stands in two sealed sets")
    return found


def _load(name: str) -> dict[str, Any]:
    found = _read((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise cases.SetError(f"{name}: not a mapping")
    return found


def _without_voices(found: Any) -> Any:
    if isinstance(found, dict):
        if set(found) == {"voice", "text"}:
            return found["text"]
        return {key: _without_voices(value) for key, value in found.items()}
    return [_without_voices(item) for item in found] if isinstance(found, list) else found
