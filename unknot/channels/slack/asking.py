"""Choices as things to press: buttons, menus, checkboxes. Typing always works as well."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unknot.channels.slack import blocks
from unknot.channels.slack.blocks import Block
from unknot.channels.slack.mrkdwn import escape
from unknot.channels.slack.words import Words

CHOICE = "choice"  # action ids; those of buttons get a number
PICK = "pick"
TICK = "tick"
SEND_TICKS = "send_ticks"
NONE = "none_of_these"
HINT = "tick_hint"  # block id
OPEN_FORM = "open_form"
FORM = "place_and_pain"
MOST_BUTTONS = 25
PAIN = range(11)
SIDES = ("left", "right", "both", "centre")
_SEVERAL = frozenset({"red_flags", "conditions", "medicines", "allergies"})
_ITEM = re.compile(r"\s*(?:[-*•]|\d+[.)])\s+")
_NONE_IDS = frozenset({"none", "none_of_these"})


@dataclass(frozen=True)
class Choice:
    """One choice of an `ask`; its title is what is sent."""

    id: str
    title: str


def choices_of(payload: Mapping[str, Any]) -> list[Choice]:
    """The choices of a payload, those without a title left out."""
    raw = payload.get("choices")
    return [
        Choice(str(item.get("id", "")), str(item["title"]).strip())
        for item in (raw if isinstance(raw, list) else [])
        if isinstance(item, Mapping) and str(item.get("title") or "").strip()
    ]


def elements(payload: Mapping[str, Any], words: Words) -> list[Block]:
    """What can be pressed below a question."""
    choices = choices_of(payload)
    asks = {str(ask) for ask in payload.get("asks", ())}
    if "severity" in asks:
        return _pain(choices, words)
    if not choices:
        return []
    if "location" in asks:
        return _place(choices, words)
    if payload.get("multiple", bool(asks & _SEVERAL)) and len(choices) > 2:
        return _ticks(choices, words)
    if len(choices) > MOST_BUTTONS:
        options = [blocks.option(choice.title, choice.id) for choice in choices]
        return blocks.actions("choices", [blocks.select(PICK, words["pick_one"], options)])
    return blocks.actions("choices", _buttons(choices))


def _buttons(choices: Sequence[Choice]) -> list[Block]:
    return [blocks.button(f"{CHOICE}.{number}", choice.title, choice.title) for number, choice in enumerate(choices)]


def _pain(choices: Sequence[Choice], words: Words) -> list[Block]:
    """A menu of the whole scale; choices in words as buttons beside it."""
    scale = blocks.select(PICK, words["pick_pain"], pain_options(words))
    named = [choice for choice in choices if not choice.title.isdigit()]
    return blocks.actions("choices", [scale, *_buttons(named[: MOST_BUTTONS - 1])])


def pain_options(words: Words) -> list[Block]:
    """The numbers 0 to 10."""
    return [
        {"text": blocks.plain(str(step), blocks.OPTION_TEXT), "value": words["pain_words"].format(number=step)}
        for step in PAIN
    ]


def _place(choices: Sequence[Choice], words: Words) -> list[Block]:
    options = [blocks.option(choice.title, choice.id) for choice in choices]
    menu = blocks.select(PICK, words["pick_place"], options)
    return blocks.actions("choices", [menu, blocks.button(OPEN_FORM, words["open_form"], FORM)])


def _ticks(choices: Sequence[Choice], words: Words) -> list[Block]:
    none = [choice for choice in choices if is_none(choice)]
    options = [blocks.option(choice.title, choice.id) for choice in choices if not is_none(choice)]
    buttons = [blocks.button(SEND_TICKS, words["send"], SEND_TICKS, style="primary")]
    buttons += [blocks.button(NONE, choice.title, choice.title) for choice in none[:1]]
    return [
        *blocks.ticks("ticks", options),
        *blocks.actions("choices", buttons),
        {**blocks.context(escape(words["tick_hint"])), "block_id": HINT},
    ]


def is_none(choice: Choice) -> bool:
    """Whether a choice denies all others."""
    return choice.id in _NONE_IDS or choice.title.casefold().startswith("none of")


def form(place_options: Sequence[Block], origin: Mapping[str, str], words: Words) -> Block:
    """The form for place, side and pain. `origin`, at most 3,000 characters as JSON, says what it answers."""
    place = blocks.select("value", words["pick_place"], place_options)
    sides = [blocks.option(words[f"side_{side}"], side) for side in SIDES]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": json.dumps(dict(origin), ensure_ascii=False),
        "title": blocks.plain(words["form_title"], blocks.TITLE),
        "submit": blocks.plain(words["form_send"], blocks.TITLE),
        "close": blocks.plain(words["form_cancel"], blocks.TITLE),
        "blocks": [
            blocks.labelled("place", words["form_place"], place, optional=True),
            blocks.labelled(
                "side", words["form_side"], blocks.select("value", words["pick_one"], sides), optional=True
            ),
            blocks.labelled(
                "pain",
                words["form_pain"],
                blocks.select("value", words["pick_pain"], pain_options(words)),
                optional=True,
            ),
        ],
    }


def without_listed(text: str, choices: Sequence[Choice]) -> str:
    """`text` less the list items that only name the choices: those can be pressed."""
    known = {_bare(choice.title) for choice in choices}
    kept = [line for line in text.split("\n") if not (_ITEM.match(line) and _bare(line) in known)]
    return "\n".join(kept).rstrip() or text


def _bare(line: str) -> str:
    return _ITEM.sub("", line).strip().rstrip(" .;,").casefold()
