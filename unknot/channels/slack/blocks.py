"""Block Kit pieces that keep Slack's limits: too long is split or cut, never sent to be refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from unknot.channels.slack.mrkdwn import escape

Block = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
SECTION_TEXT = 3_000
FIELD_TEXT = 2_000
FIELDS = 10
HEADER_TEXT = 150
CONTEXT_TEXT = 2_000
ELEMENTS = 25
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
TICKS = 10
PLACEHOLDER = 150
TITLE = 24
METADATA = 3_000
ALT_TEXT = 2_000
MESSAGE_TEXT = 12_000  # Slack cuts at 40,000; a screen reader reads all of it


@dataclass(frozen=True)
class Message:
    """One Slack message: `text` says all that the blocks say, for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...] = ()


def cut(text: str, most: int) -> str:
    """`text`, shortened with an ellipsis where it is longer than `most`."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pieces(text: str, most: int) -> list[str]:
    """`text` in parts of at most `most` characters, split at paragraphs, lines, sentences or words."""
    parts = []
    rest = text.strip()
    while len(rest) > most:
        window = rest[: most + 1]
        at = max(
            (
                window.rfind(mark) + len(mark.rstrip())
                for mark in ("\n\n", "\n", ". ", " ")
                if mark in window[most // 2 :]
            ),
            default=most,
        )
        parts.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [part for part in (*parts, rest) if part]


def plain(text: str, most: int) -> dict[str, Any]:
    """A plain_text object."""
    return {"type": "plain_text", "text": cut(text, most), "emoji": False}


def mrkdwn(text: str) -> dict[str, Any]:
    """A mrkdwn object; `text` is escaped already. `verbatim` keeps Slack from making links of its own."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def sections(text: str) -> list[Block]:
    """Words of ours as sections, one for every 3,000 characters."""
    return [section(escape(part)) for part in pieces(text, SECTION_TEXT // 2)]


def section(marked: str) -> Block:
    """One section of mrkdwn of at most 3,000 characters."""
    return {"type": "section", "text": mrkdwn(cut(marked, SECTION_TEXT))}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def context(marked: str) -> Block:
    """Small print, mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(cut(marked, CONTEXT_TEXT))]}


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Labels with values, mrkdwn both, ten to a section."""
    texts = [mrkdwn(cut(f"{label}\n{value}", FIELD_TEXT)) for label, value in pairs]
    return [{"type": "section", "fields": texts[at : at + FIELDS]} for at in range(0, len(texts), FIELDS)]


def button(action: str, text: str, value: str, style: str = "", confirm: Block | None = None) -> Block:
    """A button; `value` comes back when it is pressed."""
    piece: Block = {
        "type": "button",
        "action_id": action,
        "text": plain(text, BUTTON_TEXT),
        "value": cut(value, BUTTON_VALUE),
    }
    if len(text) > BUTTON_TEXT:
        piece["accessibility_label"] = cut(text, BUTTON_TEXT)
    if style:
        piece["style"] = style
    if confirm:
        piece["confirm"] = confirm
    return piece


def actions(block: str, elements: Sequence[Block]) -> list[Block]:
    """Elements in rows of at most 25."""
    return [
        {
            "type": "actions",
            "block_id": block if not at else f"{block}.{at}",
            "elements": list(elements[at : at + ELEMENTS]),
        }
        for at in range(0, len(elements), ELEMENTS)
    ]


def option(title: str, key: str) -> Block:
    """An option that brings back its title, or `key` where the title is too long."""
    value = title if len(title) <= OPTION_VALUE else cut(key, OPTION_VALUE)
    return {"text": plain(title, OPTION_TEXT), "value": value}


def select(action: str, placeholder: str, options: Sequence[Block]) -> Block:
    """A menu of at most 100 options."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": list(options[:OPTIONS]),
    }


def labelled(block: str, label: str, element: Block, *, optional: bool) -> Block:
    """An input of a form with its label."""
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label, FIELD_TEXT),
        "element": element,
        "optional": optional,
    }


def ticks(block: str, options: Sequence[Block]) -> list[Block]:
    """Checkboxes, ten to a block, since Slack takes no more."""
    return [
        {
            "type": "actions",
            "block_id": f"{block}.{at // TICKS}",
            "elements": [{"type": "checkboxes", "action_id": "tick", "options": list(options[at : at + TICKS])}],
        }
        for at in range(0, len(options), TICKS)
    ]


def image(url: str, alt: str) -> Block:
    """A picture with its description."""
    return {"type": "image", "image_url": url, "alt_text": cut(alt, ALT_TEXT)}
