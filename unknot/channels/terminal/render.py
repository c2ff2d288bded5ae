"""Payloads as lines of text, for a coloured terminal, for one without colour, and for a screen reader."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from unknot.channels.terminal.choices import Pending, pending
from unknot.channels.terminal.payloads import clean, is_emergency

RESET = "\x1b[0m"
BOLD = "\x1b[1m"
DIM = "\x1b[2m"
ALARM = "\x1b[1;97;41m"
WARN = "\x1b[1;33m"
CALM = "\x1b[1;36m"
_ITEM = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+")


@dataclass(frozen=True)
class Look:
    """How to draw: `colour` for escape sequences, `plain` for a screen reader, `width` in columns."""

    colour: bool = False
    plain: bool = False
    width: int = 80

    def paint(self, text: str, style: str) -> str:
        """`text` in `style` where colour is wanted."""
        return f"{style}{text}{RESET}" if self.colour and text else text


def render(payload: Mapping[str, Any], look: Look, *, alarmed: bool = False) -> str:
    """One payload as text that ends with a line break. Nothing of the payload's own text is left out.

    `alarmed` says that this turn has told of the emergency already: then its reason needs no second frame.
    """
    kind = payload.get("type")
    text = clean(payload["text"]).strip()
    if is_emergency(payload):
        return _marked(text, look, WARN) if alarmed else _emergency(payload, look)
    if line := _sparkline(payload, look):
        return f"{wrap(text, look.width)}\n{line}\n"
    if kind == "ask" or payload.get("choices"):
        return _ask(payload, text, look)
    if kind == "triage":
        style = WARN if payload.get("level") == "urgent" else CALM
        return _marked(text, look, style)
    if kind == "notice" and payload.get("notice") == "crisis":
        return _marked(text, look, WARN)
    if kind == "plan":
        return _plan(payload, text, look)
    return wrap(text, look.width) + "\n"


def _sparkline(payload: Mapping[str, Any], look: Look) -> str:
    """The pain by day as one character a day; a screen reader has the lines above it."""
    drawn = str((payload.get("chart") or {}).get("sparkline") or "")
    return "" if look.plain or not drawn else f"  {look.paint(clean(drawn), BOLD)}"


def wrap(text: str, width: int, indent: str = "") -> str:
    """`text` folded to `width` columns; line breaks are kept, list items hang."""
    if width <= 0:
        return "\n".join(indent + line for line in text.split("\n"))
    lines: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        lead = line[: len(line) - len(line.lstrip())]
        item = _ITEM.match(stripped)
        hang = lead + " " * len(item.group()) if item else lead
        folded = textwrap.wrap(
            stripped,
            width,
            initial_indent=indent + lead,
            subsequent_indent=indent + hang,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(folded or [""])
    return "\n".join(lines)


def _emergency(payload: Mapping[str, Any], look: Look) -> str:
    text = clean(payload["text"]).strip()
    if look.plain:
        return f"EMERGENCY. {wrap(text, 0)}\nEnd of emergency message.\n"
    inner = max(look.width - 6, 20)
    body = wrap(text, inner).split("\n")
    bar = "!" * (inner + 6)
    rows = [bar, _row("EMERGENCY", inner), *(_row(line, inner) for line in body), bar]
    return "\n".join(look.paint(row, ALARM) for row in rows) + "\n"


def _row(line: str, inner: int) -> str:
    return f"!! {line:<{inner}} !!"


def _marked(text: str, look: Look, style: str) -> str:
    if look.plain:
        return text + "\n"
    first, _, rest = text.partition("\n")
    body = wrap(first, look.width - 2)
    painted = "\n".join(look.paint(line, style) for line in body.split("\n"))
    if rest:
        painted += "\n" + wrap(rest, look.width - 2)
    return "\n".join(f"| {line}".rstrip() for line in painted.split("\n")) + "\n"


def _ask(payload: Mapping[str, Any], text: str, look: Look) -> str:
    question = pending(payload)
    told = without_listed_choices(text, [choice.title for choice in question.choices])
    prompt = clean(payload.get("prompt") or "").strip()
    before, found, after = told.partition(prompt) if prompt else ("", "", told)
    width = 0 if look.plain else look.width
    if found:
        lines = wrap(found + after, width).split("\n")
        asked = wrap(found, width).count("\n") + 1
        lines[:asked] = [look.paint(line, BOLD) for line in lines[:asked]]
        parts = [wrap(before.strip(), width) + "\n"] if before.strip() else []
        parts.append("\n".join(lines))
    else:
        parts = [wrap(told, width)]
    if question.scale:
        parts.append(_scale(question, look))
    elif question.choices:
        parts.append(_numbered(question, look))
    return "\n".join(parts) + "\n"


def _numbered(question: Pending, look: Look) -> str:
    lines = []
    for number, choice in enumerate(question.choices, 1):
        mark = f"{number}." if look.plain else look.paint(f"{number:>4}", BOLD)
        lines.append(f"{mark} {choice.title}" if look.plain else f"{mark}  {choice.title}")
    hint = "Type a number or your own words."
    if question.several:
        hint = "Type every number that fits (such as 1 2), or your own words."
    return "\n".join([*lines, look.paint(hint, DIM)])


def _scale(question: Pending, look: Look) -> str:
    """The numeric rating scale; the choices, where there are any, say in words what a number means."""
    words = [choice.title for choice in question.choices if not choice.title.isdigit()]
    hint = "Type a number from 0 to 10, or your own words."
    if look.plain:
        return "\n".join([*words, hint])
    steps = "  ".join(str(step) for step in range(11))
    rows = [f"  {look.paint(steps, BOLD)}", *(f"  {line}" for line in words), look.paint(hint, DIM)]
    return "\n".join(rows)


def _plan(payload: Mapping[str, Any], text: str, look: Look) -> str:
    """The plan's own text, its remedies' titles made to stand out."""
    titles = {clean(item.get("title", "")).strip() for item in payload.get("remedies", ())} - {""}
    lines = []
    for line in wrap(text, 0 if look.plain else look.width).split("\n"):
        title = next((title for title in titles if title in line), None)
        lines.append(line.replace(title, look.paint(title, BOLD), 1) if title else line)
    return "\n".join(lines) + "\n"


def without_listed_choices(text: str, titles: list[str]) -> str:
    """`text` less the list items that only name the choices: those get numbers."""
    known = {_bare(title) for title in titles}
    lines = text.split("\n")
    kept = [line for line in lines if not (_ITEM.match(line) and _bare(line) in known)]
    return "\n".join(kept).rstrip() or text


def _bare(line: str) -> str:
    return _ITEM.sub("", line).strip().rstrip(" .;,").casefold()
