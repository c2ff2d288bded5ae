"""Slack's own text format, both ways: what people typed becomes plain words, our words cannot become markup."""

from __future__ import annotations

import re

WORD_JOINER = "\u2060"  # invisible
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
# An emoji is told by its name, and some names are symptoms (:cold_sweat:, :fever:): they are not the person's words.
_EMOJI = re.compile(r"(?<![\w:]):(?![\d:]+:)[a-z0-9_+'-]{1,80}:(?::skin-tone-[2-6]:)?", re.IGNORECASE)
_PAIRED = re.compile(r"(?<![\w*_~`])([*_~`]+)(?=\S)(.+?)(?<=\S)\1(?![\w*_~`])")
_MARKS = re.compile(r"[*_~`]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_QUOTE = re.compile(r"^(?:&gt;|>)+ ?", re.MULTILINE)


def escape(text: str) -> str:
    """`text` as mrkdwn that shows exactly these characters: no mention, link, emphasis or code can come of it."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(_MARKS.findall(safe)) > 1:
        safe = _MARKS.sub(lambda mark: mark.group() + WORD_JOINER, safe)
    return safe


def bold(text: str) -> str:
    """One line of words in bold."""
    inner = _MARKS.sub("", " ".join(text.split()))
    return f"*{escape(inner)}*" if inner else ""


def link(url: str, title: str) -> str:
    """A link; for an address that is not http(s) the title alone."""
    words = escape(title).replace("|", "/")
    if not re.fullmatch(r"https?://[^\s<>|]+", url):
        return words
    return f"<{url.replace('&', '&amp;')}|{words}>"


def typed(text: str) -> str:
    """The words a person typed: no mentions, emoji names, emphasis or entities; never a command for Rasa."""
    words = _LINK.sub(_label, text)
    words = _EMOJI.sub(" ", words)
    for _ in range(3):  # emphasis may be nested
        words = _PAIRED.sub(r"\2", words)
    words = _QUOTE.sub("", words)
    words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    words = _CONTROLS.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    words = re.sub(r"[ \t]{2,}", " ", words).strip()
    return WORD_JOINER + words if words.startswith("/") else words


def _label(match: re.Match[str]) -> str:
    """What a `<…>` shows: a link its label or address, a channel its name, a mention nothing."""
    target, label = match.group(1), match.group(2)
    if target.startswith(("@", "!")):
        return " "
    if label:
        return label
    return target.removeprefix("mailto:").removeprefix("tel:") if not target.startswith("#") else " "
