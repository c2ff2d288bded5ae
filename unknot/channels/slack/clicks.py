"""What a person pressed or filled in, as words; and how the message looks once they have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unknot.channels.slack import asking, blocks
from unknot.channels.slack.blocks import Block, Message
from unknot.channels.slack.mrkdwn import bold, escape
from unknot.channels.slack.words import Words

Raw = Mapping[str, Any]
_ORIGIN_TEXT = 1_000


@dataclass(frozen=True)
class Origin:
    """The message that was answered: its place, and what is left of it afterwards."""

    channel: str
    ts: str
    text: str = ""
    kept: tuple[Block, ...] = ()
    response_url: str = ""


@dataclass(frozen=True)
class Chosen:
    """What was chosen: the words to send, and the same as it was shown."""

    words: str
    shown: str


def origin_of(raw: Raw) -> Origin:
    """The message that a block_actions request comes from."""
    container, message = _mapping(raw.get("container")), _mapping(raw.get("message"))
    channel = container.get("channel_id") or _mapping(raw.get("channel")).get("id") or ""
    return Origin(
        channel=str(channel),
        ts=str(container.get("message_ts") or message.get("ts") or ""),
        text=str(message.get("text") or ""),
        kept=tuple(dict(block) for block in _mappings(message.get("blocks")) if not _is_pressable(block)),
        response_url=str(raw.get("response_url") or ""),
    )


def chosen(raw: Raw) -> Chosen | None:
    """What the pressed element means; None when there is nothing to send (yet)."""
    actions = _mappings(raw.get("actions"))
    action = actions[0] if actions else {}
    name = str(action.get("action_id", ""))
    if name in (asking.SEND_TICKS, asking.NONE):
        ticked = list(_ticked(raw))
        if ticked:  # also below "none of these": a sign that was ticked must not get lost
            words = [choice.words.rstrip(". ") for choice in ticked]
            return Chosen(". ".join(words), "; ".join(choice.shown for choice in ticked))
        return _pressed(action) if name == asking.NONE else None
    if name == asking.PICK:
        return _picked(_mapping(action.get("selected_option")))
    return _pressed(action) if name.startswith(asking.CHOICE) else None


def after(origin: Origin, choice: Chosen, words: Words) -> Message:
    """The message once it is answered: its words, what was chosen, nothing left to press."""
    line = f"{bold(words['chosen'])} {escape(choice.shown)}"
    text = f"{origin.text}\n{escape(words['chosen'])} {escape(choice.shown)}"
    kept = origin.kept or tuple(blocks.sections(origin.text))
    return Message(text.strip(), (*kept[: blocks.MESSAGE_BLOCKS - 1], blocks.context(line)))


def form_for(raw: Raw, words: Words) -> Block:
    """The form for place and pain, with the places that the message offers."""
    places: Sequence[Block] = ()
    for block in _mappings(_mapping(raw.get("message")).get("blocks")):
        for element in _mappings(block.get("elements")):
            if element.get("action_id") == asking.PICK:
                places = [dict(option) for option in _mappings(element.get("options"))]
    origin = origin_of(raw)
    about = {"channel": origin.channel, "ts": origin.ts, "text": blocks.cut(origin.text, _ORIGIN_TEXT)}
    return asking.form(places, about, words)


def form_answer(view: Raw) -> Chosen | None:
    """What was filled in, None when nothing was."""
    values = _mapping(_mapping(view.get("state")).get("values"))
    picked = [
        _picked(_mapping(_mapping(_mapping(values.get(name)).get("value")).get("selected_option")))
        for name in ("place", "side", "pain")
    ]
    place, side, pain = picked
    if place is None and pain is None:
        return None
    parts = [place.words if place else "", side.words.lower() if side else "", pain.words if pain else ""]
    text = ", ".join(filter(None, parts))
    return Chosen(text, text)


def form_origin(view: Raw) -> Origin:
    """The message that a form answers."""
    try:
        about = _mapping(json.loads(str(view.get("private_metadata") or "{}")))
    except ValueError:
        about = {}
    return Origin(str(about.get("channel", "")), str(about.get("ts", "")), str(about.get("text", "")))


def _pressed(action: Raw) -> Chosen | None:
    value = str(action.get("value") or "")
    return Chosen(value, value) if value else None


def _picked(option: Raw) -> Chosen | None:
    value = str(option.get("value") or "")
    return Chosen(value, str(_mapping(option.get("text")).get("text") or value)) if value else None


def _ticked(raw: Raw) -> Iterator[Chosen]:
    values = _mapping(_mapping(raw.get("state")).get("values"))
    for block in values.values():
        for option in _mappings(_mapping(_mapping(block).get(asking.TICK)).get("selected_options")):
            choice = _picked(option)
            if choice:
                yield choice


def _is_pressable(block: Raw) -> bool:
    return block.get("type") in ("actions", "input") or block.get("block_id") == asking.HINT


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
