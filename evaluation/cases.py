"""The project's own test sets, read strictly: an unknown key, id or a text that stands twice raises.

The sets were written by one author apart from the training data and from the lexicons, so that they measure and do
not repeat them. Their errors have been read since, and rules were written for them: a development set.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from evaluation import ids

SETS = Path(__file__).parent / "sets"
# Where the real phrases are kept, beside the repository; absent in a plain clone.
REAL_PHRASES = Path(__file__).resolve().parents[2] / "shared" / "data" / "real_phrases.jsonl"

KINDS = ("denied", "hypothetical", "past", "figurative", "someone_elses_past", "benign")
UNSAID = "unsaid"  # in a list of acceptable values: saying nothing is right as well

Value = str | int
Expect = dict[str, tuple[Value, ...]]


class SetError(ValueError):
    """A test set does not read as it should; the message names the file and the place."""


@dataclass(frozen=True)
class Case:
    """One message and what has to be understood from it.

    `set` is the file's stem, `group` its heading there. `intents` are the acceptable ids, best first; `parts` lists,
    for a message that holds several things, acceptable ids of each; `findings` the finding ids it states; `alarm`
    says whether an emergency must be raised (None: either is right); `expect` acceptable values by entity kind.
    `line` is the line number of a real phrase, whose text is not to be printed.
    """

    set: str
    group: str
    text: str
    intents: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    findings: tuple[str, ...] = ()
    alarm: bool | None = None
    expect: Expect = field(default_factory=dict)
    line: int = 0

    @property
    def shown(self) -> str:
        """What a report may print of it."""
        return f"real phrase {self.line}" if self.line else self.text


def questions(folder: str = "") -> list[Case]:
    """Messages labelled with their intent; `also` names others that a fair reader would accept."""
    found = []
    for intent, items in _groups("questions", "questions", ids.INTENTS, folder):
        for item in items:
            entry: dict[str, Any] = {"text": item} if isinstance(item, str) else item
            _keys("questions", entry, {"text", "also"}, {"text"})
            also = _known("questions", entry.get("also", []), ids.INTENTS)
            found.append(Case("questions", intent, _text("questions", entry["text"]), (intent, *also)))
    return _unique(found)


def emergencies(folder: str = "") -> list[Case]:
    """Messages that state an emergency finding now; group `buried` holds it inside a longer story."""
    found = []
    for group in ("plain", "buried"):
        for finding, items in _groups("emergencies", group, ids.EMERGENCIES, folder, also={"plain", "buried"}):
            texts = [_text("emergencies", item) for item in items]
            found += [Case("emergencies", group, t, findings=(finding,), alarm=True) for t in texts]
    return _unique(found)


def urgent(folder: str = "") -> list[Case]:
    """Messages that state an urgent finding now."""
    return _unique(
        [
            Case("urgent", finding, _text("urgent", item), findings=(finding,))
            for finding, items in _groups("urgent", "urgent", ids.URGENT, folder)
            for item in items
        ]
    )


def lookalikes(folder: str = "") -> list[Case]:
    """Messages that only resemble an emergency; the group is the kind."""
    return _simple("lookalikes", "lookalikes", KINDS, folder, alarm=False)


def crisis(folder: str = "") -> list[Case]:
    """Messages of people in a crisis (group `crisis`) and ones that only sound like it (group `lookalike`)."""
    return _simple("crisis", "crisis", ("crisis", "lookalike"), folder)


def out_of_scope(folder: str = "") -> list[Case]:
    """Messages about other things, other parts of the body, or in other languages."""
    groups = ("general", "other_body", "other_language")
    return _simple("oos", "out_of_scope", groups, folder, intents=("out_of_scope", "other_language", "nlu_fallback"))


def facts(folder: str = "") -> list[Case]:
    """Messages and the values that they tell."""
    found = []
    for item in _list("facts", "facts", folder):
        _keys("facts", item, {"text", "expect"}, {"text", "expect"})
        expect = _expect("facts", item["expect"])
        found.append(Case("facts", "facts", _text("facts", item["text"]), expect=expect))
    return _unique(found)


def multi(folder: str = "") -> list[Case]:
    """Messages that hold several things."""
    found = []
    for item in _list("multi", "multi", folder):
        _keys("multi", item, {"text", "parts", "alarm", "expect"}, {"text", "alarm"})
        parts = tuple(_known("multi", part, ids.INTENTS) for part in item.get("parts", []))
        expect = _expect("multi", item.get("expect", {}))
        text = _text("multi", item["text"])
        found.append(Case("multi", "multi", text, parts=parts, alarm=bool(item["alarm"]), expect=expect))
    return _unique(found)


def real_phrases(path: Path = REAL_PHRASES) -> list[Case]:
    """Phrases that people really typed, with labels of our own; empty when the file is not there."""
    labels = _document("real_phrases", "")["real_phrases"]
    alarms = {"must": True, "must_not": False, "either": None}
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    if lines and set(labels) != set(range(1, len(lines) + 1)):
        raise SetError("real_phrases: labels and lines do not match")
    found = []
    for number, label in labels.items():
        _keys("real_phrases", label, {"intents", "alarm", "findings", "expect"}, {"intents", "alarm"})
        case = Case(
            "real_phrases",
            "real_phrases",
            json.loads(lines[number - 1])["text"] if lines else "",
            intents=_known("real_phrases", label["intents"], ids.INTENTS),
            findings=_known("real_phrases", label.get("findings", []), ids.EMERGENCIES | ids.URGENT),
            alarm=alarms[label["alarm"]],
            expect=_expect("real_phrases", label.get("expect", {})),
            line=number,
        )
        if lines:
            found.append(case)
    return found


def own() -> list[Case]:
    """The project's own sets that stand outside the folders, without the real phrases."""
    return _all("")


def resolve(values: tuple[Value, ...], today: date) -> set[Value]:
    """Acceptable values with `weekday:N` (0 Monday) and `weekend` turned into days before `today`."""
    found: set[Value] = set()
    for value in values:
        if isinstance(value, str) and value.startswith("weekday:"):
            found.add(_days_since(int(value.removeprefix("weekday:")), today))
        elif value == "weekend":
            found |= {_days_since(5, today), _days_since(6, today)}
        else:
            found.add(value)
    return found


def _days_since(weekday: int, today: date) -> int:
    return next(n for n in range(1, 8) if (today - timedelta(days=n)).weekday() == weekday)


def _all(folder: str) -> list[Case]:
    loaders = (questions, emergencies, urgent, lookalikes, crisis, out_of_scope, facts, multi)
    return [case for load in loaders for case in load(folder)]


@cache
def _document(name: str, folder: str) -> dict[str, Any]:
    document = yaml.safe_load((SETS / folder / f"{name}.yml").read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise SetError(f"{name}: not a mapping")
    return document


# What fetches a set by its name and folder.
_reader: ContextVar[Callable[[str, str], dict[str, Any]]] = ContextVar("reader", default=_document)


@contextmanager
def read_by(reader: Callable[[str, str], dict[str, Any]]) -> Iterator[None]:
    """Take sets from `reader` (name and folder to the document) for a while, instead of from the files here."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def _groups(
    name: str, key: str, known: frozenset[str] | tuple[str, ...], folder: str, also: set[str] | None = None
) -> list[tuple[str, list[Any]]]:
    document = _reader.get()(name, folder)
    _keys(name, document, {key} | (also or set()), {key})
    groups = document[key]
    _known(name, list(groups), known)
    return [(group, list(items)) for group, items in groups.items()]


def _list(name: str, key: str, folder: str) -> list[dict[str, Any]]:
    document = _reader.get()(name, folder)
    _keys(name, document, {key}, {key})
    return list(document[key])


def _simple(
    name: str,
    key: str,
    groups: tuple[str, ...],
    folder: str,
    *,
    alarm: bool | None = None,
    intents: tuple[str, ...] = (),
) -> list[Case]:
    found = [
        Case(name, group, _text(name, item), intents=intents, alarm=alarm)
        for group, items in _groups(name, key, groups, folder)
        for item in items
    ]
    return _unique(found)


def _keys(name: str, entry: dict[str, Any], allowed: set[str], needed: set[str]) -> None:
    if not isinstance(entry, dict):
        raise SetError(f"{name}: not a mapping: {entry!r}")
    if wrong := set(entry) - allowed:
        raise SetError(f"{name}: unknown keys {sorted(wrong)} in {entry!r}, allowed are {sorted(allowed)}")
    if missing := needed - set(entry):
        raise SetError(f"{name}: {sorted(missing)} missing in {entry!r}")


def _known(name: str, found: list[str], known: frozenset[str] | tuple[str, ...]) -> tuple[str, ...]:
    if wrong := set(found) - set(known):
        raise SetError(f"{name}: unknown ids {sorted(wrong)}")
    return tuple(found)


def _text(name: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise SetError(f"{name}: not a text: {text!r}")
    return text


def _expect(name: str, entry: dict[str, Any]) -> Expect:
    for kind, values in entry.items():
        head, _, rest = kind.partition(".")
        if head == "condition":
            _known(name, [rest], ids.CONDITIONS)
            _known(name, values, (*ids.ASSERTIONS, UNSAID))
        elif head not in ids.VALUES or rest or not values:
            raise SetError(f"{name}: unknown kind {kind!r}")
        elif ids.VALUES[head] is not None:
            options = [part for value in values for part in str(value).split("+")]
            _known(name, options, (*(ids.VALUES[head] or ()), UNSAID))
    return {kind: tuple(values) for kind, values in entry.items()}


def _unique(cases: list[Case]) -> list[Case]:
    seen: set[str] = set()
    for case in cases:
        key = case.text.casefold()
        if key in seen:
            raise SetError(f"{case.set}: stands twice: {case.text!r}")
        seen.add(key)
    return cases
