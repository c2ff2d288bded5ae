"""The page as PDF/UA-1: tagged, with a title, a language and descriptions of its pictures. Made without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typst

from unknot.handover.chart import back_svg, description, svg
from unknot.handover.page import Page
from unknot.knowledge.loader import Knowledge
from unknot.triage.episode import Episode, line

TEMPLATE = Path(__file__).parent / "page.typ"
MOST_DAYS = 14  # in the table of the one page; the chart and the CSV have all
_WORDS = [
    "title",
    "intro",
    "positives",
    "none",
    "why_now",
    "where",
    "stops",
    "health",
    "course",
    "day",
    "date",
    "pain",
    "feeling",
    "level",
    "notes",
    "signs",
    "medicines",
    "taken",
    "dose",
    "when",
    "tried",
    "advised",
    "unknown",
]


def pdf(page: Page, episode: Episode | None, knowledge: Knowledge, now: float) -> bytes:
    """The document. `now` in seconds since the epoch is its time stamp."""
    back, back_words = back_svg(page, knowledge)
    has_line = episode is not None and bool(line(episode))
    about = page.to_json() | {"days": [vars(day) for day in page.days[-MOST_DAYS:]]}
    data = {
        "page": about,
        "words": {name: knowledge.messages[f"handover_{name}"] for name in _WORDS},
        "back": back,
        "back_words": back_words,
        "chart": svg(episode, knowledge) if episode is not None and has_line else "",
        "chart_words": description(episode, knowledge) if episode is not None else "",
    }
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=int(datetime.fromtimestamp(now, UTC).timestamp()),
    )
    return bytes(made)
