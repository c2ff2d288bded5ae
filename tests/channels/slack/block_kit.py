"""Slack's documented limits of Block Kit, as a check of messages and views. Returns what breaks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
BLOCK_KEYS = {
    "section": {"type", "block_id", "text", "fields", "accessory", "expand"},
    "header": {"type", "block_id", "text"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "input": {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"},
    "divider": {"type", "block_id"},
    "image": {"type", "block_id", "image_url", "alt_text", "title", "slack_file"},
}
ELEMENT_KEYS = {
    "button": {"type", "action_id", "text", "value", "style", "confirm", "url", "accessibility_label"},
    "static_select": {"type", "action_id", "placeholder", "options", "initial_option", "confirm"},
    "checkboxes": {"type", "action_id", "options", "initial_options", "confirm"},
    "radio_buttons": {"type", "action_id", "options", "initial_option", "confirm"},
}


class Checker:
    """Collects complaints."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def need(self, holds: bool, complaint: str) -> None:
        if not holds:
            self.wrong.append(complaint)

    def text(self, where: str, value: Any, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
        if not isinstance(value, dict):
            self.wrong.append(f"{where}: not a text object")
            return
        self.need(value.get("type") in kinds, f"{where}: {value.get('type')} is not one of {kinds}")
        words = value.get("text")
        self.need(isinstance(words, str) and 1 <= len(words) <= most, f"{where}: text not 1 to {most}")
        allowed = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}
        extra = set(value) - allowed.get(value.get("type", ""), set())
        self.need(not extra, f"{where}: {extra} in a text object")

    def option(self, where: str, value: Json, kinds: tuple[str, ...]) -> None:
        self.text(where, value.get("text"), 75, kinds)
        self.need(isinstance(value.get("value"), str) and 1 <= len(value["value"]) <= 150, f"{where}: value")
        self.need(not set(value) - {"text", "value", "description", "url"}, f"{where}: keys")

    def options(self, where: str, value: Any, most: int, kinds: tuple[str, ...] = ("plain_text",)) -> None:
        self.need(isinstance(value, list) and 1 <= len(value) <= most, f"{where}: not 1 to {most} options")
        for number, item in enumerate(value or []):
            self.option(f"{where}[{number}]", item, kinds)
        values = [item["value"] for item in value or []]
        self.need(len(set(values)) == len(values), f"{where}: the same value twice")

    def confirm(self, where: str, value: Json) -> None:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            self.text(f"{where}.{name}", value.get(name), most)
        self.need(value.get("style", "primary") in ("primary", "danger"), f"{where}.style")

    def element(self, where: str, value: Json) -> None:
        kind = value.get("type", "")
        self.need(kind in ELEMENT_KEYS, f"{where}: element {kind}")
        self.need(not set(value) - ELEMENT_KEYS.get(kind, set()), f"{where}: keys of {kind}")
        self.need(1 <= len(value.get("action_id", "")) <= 255, f"{where}: action_id")
        if kind == "button":
            self.text(where, value.get("text"), 75, ("plain_text",))
            self.need(len(value.get("value", "")) <= 2000, f"{where}: value over 2,000")
            self.need(value.get("style", "primary") in ("primary", "danger"), f"{where}: style")
            self.need(len(value.get("accessibility_label", "")) <= 75, f"{where}: accessibility_label")
        elif kind == "static_select":
            self.text(where, value.get("placeholder"), 150, ("plain_text",))
            self.options(where, value.get("options"), 100)
        else:
            self.options(where, value.get("options"), 10, ("plain_text", "mrkdwn"))
        if "confirm" in value:
            self.confirm(f"{where}.confirm", value["confirm"])

    def elements(self, where: str, value: Any, most: int, check: Callable[[str, Json], None]) -> None:
        self.need(isinstance(value, list) and 1 <= len(value) <= most, f"{where}: not 1 to {most} elements")
        for number, item in enumerate(value or []):
            check(f"{where}[{number}]", item)

    def block(self, where: str, value: Json, surface: str) -> None:
        kind = value.get("type", "")
        self.need(kind in BLOCK_KEYS, f"{where}: block {kind}")
        self.need(not set(value) - BLOCK_KEYS.get(kind, set()), f"{where}: keys {set(value)}")
        self.need(len(value.get("block_id", "")) <= 255, f"{where}: block_id")
        if kind == "section":
            self.need("text" in value or "fields" in value, f"{where}: neither text nor fields")
            if "text" in value:
                self.text(where, value["text"], 3000)
            if "fields" in value:
                self.elements(where, value["fields"], 10, lambda at, item: self.text(at, item, 2000))
        elif kind == "header":
            self.text(where, value.get("text"), 150, ("plain_text",))
        elif kind == "context":
            self.elements(where, value.get("elements"), 10, lambda at, item: self.text(at, item, 3000))
        elif kind == "actions":
            self.elements(where, value.get("elements"), 25, self.element)
            names = [item.get("action_id") for item in value.get("elements", [])]
            self.need(len(set(names)) == len(names), f"{where}: the same action_id twice")
        elif kind == "input":
            self.need(surface != "home", f"{where}: input on the home tab")
            self.text(f"{where}.label", value.get("label"), 2000, ("plain_text",))
            self.element(f"{where}.element", value.get("element", {}))
        elif kind == "image":
            self.need(str(value.get("image_url", "")).startswith("http"), f"{where}: image_url")
            self.need(1 <= len(value.get("alt_text", "")) <= 2000, f"{where}: alt_text")

    def blocks(self, value: Any, most: int, surface: str) -> None:
        self.need(isinstance(value, list) and 1 <= len(value) <= most, f"not 1 to {most} blocks")
        for number, item in enumerate(value or []):
            self.block(f"blocks[{number}]", item, surface)
        ids = [item["block_id"] for item in value or [] if "block_id" in item]
        self.need(len(set(ids)) == len(ids), f"the same block_id twice: {ids}")


def message_faults(message: Json) -> list[str]:
    """What Slack would refuse in a chat.postMessage or chat.update, or a screen reader would miss."""
    checker = Checker()
    text = message.get("text")
    checker.need(isinstance(text, str) and 1 <= len(text.strip()) <= 40_000, "text missing or over 40,000")
    if "blocks" in message:
        checker.blocks(message["blocks"], 50, "message")
    return checker.wrong


def view_faults(view: Json) -> list[str]:
    """What Slack would refuse in a modal or home tab."""
    checker = Checker()
    kind = view.get("type", "")
    checker.need(kind in ("modal", "home"), f"view {kind}")
    checker.blocks(view.get("blocks"), 100, kind)
    if kind == "modal":
        checker.text("title", view.get("title"), 24, ("plain_text",))
        for name in ("submit", "close"):
            if name in view:
                checker.text(name, view[name], 24, ("plain_text",))
        has_input = any(block.get("type") == "input" for block in view.get("blocks", []))
        checker.need(not has_input or "submit" in view, "inputs without submit")
    checker.need(len(view.get("private_metadata", "")) <= 3000, "private_metadata over 3,000")
    checker.need(len(view.get("callback_id", "")) <= 255, "callback_id over 255")
    return checker.wrong
