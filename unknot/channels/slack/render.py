"""Reply payloads as Slack messages. Every word of a payload's text is kept; emergencies cannot be overlooked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from unknot.channels.slack import asking, blocks
from unknot.channels.slack.blocks import Block, Message
from unknot.channels.slack.mrkdwn import bold, escape
from unknot.channels.slack.words import Words

Payload = Mapping[str, Any]
_BULLET = re.compile(r"^(\s*)[-*] ", re.MULTILINE)
_FIRST_SENTENCE = re.compile(r".+?[.!?](?=\s|$)")
_NUMBERING = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*")


def render(payload: Payload, words: Words, *, alarmed: bool = False) -> list[Message]:
    """The messages for one payload; more than one only where Slack's limits demand it.

    `alarmed` says that this turn has told of the emergency already: then its reason needs no second heading.
    """
    text = str(payload.get("text", "")).strip()
    if not text:
        return []
    body = _renderer(payload)(payload, text, words)
    if alarmed and is_emergency(payload):
        return split(text, body[1:])
    text = f"{words['emergency']}: {text}" if is_emergency(payload) else text
    return split(text, body)


def is_emergency(payload: Payload) -> bool:
    """Whether a payload tells the person to get emergency help now."""
    return payload.get("type") == "triage" and payload.get("level") == "emergency"


def split(text: str, body: Sequence[Block]) -> list[Message]:
    """`body` in messages of at most 50 blocks; the first carries the whole text."""
    parts = blocks.pieces(text, blocks.MESSAGE_TEXT) or [text]
    messages = []
    for at in range(0, max(len(body), 1), blocks.MESSAGE_BLOCKS):
        chunk = tuple(body[at : at + blocks.MESSAGE_BLOCKS])
        messages.append(Message(escape(parts[0] if not at else "…"), chunk))
    return messages


def _renderer(payload: Payload) -> Callable[[Payload, str, Words], list[Block]]:
    if is_emergency(payload):
        return _emergency
    if payload.get("type") == "notice" and payload.get("notice") == "crisis":
        return _crisis
    by_type = {"triage": _triage, "ask": _ask, "plan": _plan, "summary": _summary, "answer": _answer}
    return by_type.get(str(payload.get("type")), _said)


def _said(payload: Payload, text: str, words: Words) -> list[Block]:
    choices = asking.choices_of(payload)
    return [*_sections(asking.without_listed(text, choices)), *asking.elements(payload, words)]


def _answer(payload: Payload, text: str, words: Words) -> list[Block]:
    return [*_said(payload, text, words), *_sources(payload, words)]


def _emergency(payload: Payload, text: str, words: Words) -> list[Block]:
    """A heading, then what to do in bold, since Slack shows the first lines even where it folds the rest."""
    first = _FIRST_SENTENCE.match(text)
    start = first.group().strip() if first else text
    return [
        blocks.header(words["emergency"]),
        *[blocks.section(bold(part)) for part in blocks.pieces(start, blocks.SECTION_TEXT // 2)],
        *_sections(text[len(start) :]),
        *_sources(payload, words),
    ]


def _crisis(payload: Payload, text: str, words: Words) -> list[Block]:
    return [blocks.header(words["crisis"]), *_sections(text)]


def _triage(payload: Payload, text: str, words: Words) -> list[Block]:
    heading = words.level(str(payload.get("level", "")))
    start = [blocks.header(heading)] if heading else []
    return [*start, *_sections(text), *_sources(payload, words)]


def _ask(payload: Payload, text: str, words: Words) -> list[Block]:
    """The question itself stands out from what is said before it."""
    prompt = str(payload.get("prompt") or "")
    told = asking.without_listed(text, asking.choices_of(payload))
    if not prompt or prompt not in told or len(prompt) > blocks.SECTION_TEXT // 2:
        return _said(payload, text, words)
    before, _, after = told.partition(prompt)
    question = blocks.section(f"{bold(prompt)}{escape(blocks.cut(after, blocks.SECTION_TEXT // 2 - 10))}")
    return [*_sections(before), question, *asking.elements(payload, words)]


def _plan(payload: Payload, text: str, words: Words) -> list[Block]:
    """A card as its text says it; else the remedies from their own keys, and around them whatever the text says."""
    if payload.get("cards"):
        return _said(payload, text, words)
    remedies = [item for item in payload.get("remedies", ()) if isinstance(item, Mapping)]
    before, after = beside(text, remedies, words["caution"])
    body = _sections(before)
    for number, remedy in enumerate(remedies, 1):
        marked = bold(f"{number}. {remedy.get('title', '')}")
        how = escape(_listed(str(remedy.get("how", ""))))
        caution = str(remedy.get("caution") or "")
        lines = [marked, how]
        if caution:
            lines.append(f"{bold(words['caution'])} {escape(_listed(caution))}")
        body += [blocks.section(part) for part in blocks.pieces("\n".join(filter(None, lines)), blocks.SECTION_TEXT)]
        body += _sources(remedy, words)
    return [*body, *_sections(after)]


def _summary(payload: Payload, text: str, words: Words) -> list[Block]:
    facts = [item for item in payload.get("facts", ()) if isinstance(item, Mapping)]
    pairs = [(str(fact.get("label", "")), str(fact.get("value", ""))) for fact in facts]
    rest = [line for line in text.split("\n") if not _is_fact(line, pairs)]
    head = [blocks.header(words["your_summary"])]
    marked = [(bold(label), escape(value)) for label, value in pairs]
    return [*head, *blocks.fields(marked), *_sections("\n".join(rest))]


def beside(text: str, remedies: Sequence[Mapping[str, Any]], caution_word: str) -> tuple[str, str]:
    """What a plan's text says before and after its remedies, told line by line by what the remedies say."""
    said = [
        str(remedy.get(key) or "") for remedy in remedies for key in ("caution", "how", "title") if remedy.get(key)
    ]
    said = sorted({line.strip() for part in said for line in [part, *part.split("\n")]}, key=len, reverse=True)
    before: list[str] = []
    after: list[str] = []
    seen = False
    for line in text.split("\n"):
        left = _NUMBERING.sub("", line).replace(caution_word, "")
        for part in said:
            left = left.replace(part, "") if part else left
        if line.strip() and len(re.findall(r"\w+", left)) == 0:
            seen = True
        else:
            (after if seen else before).append(line)
    return _tidy(before), _tidy(after)


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_fact(line: str, pairs: Sequence[tuple[str, str]]) -> bool:
    bare = _NUMBERING.sub("", line).strip().rstrip(".")
    return any(bare in (f"{label}: {value}", f"{label} {value}") for label, value in pairs)


def _sections(text: str) -> list[Block]:
    return blocks.sections(_listed(text)) if text.strip() else []


def _listed(text: str) -> str:
    return _BULLET.sub(r"\1• ", text)


def _sources(holder: Mapping[str, Any], words: Words) -> list[Block]:
    line = words.sources([str(key) for key in holder.get("sources") or ()])
    return [blocks.context(line)] if line else []
