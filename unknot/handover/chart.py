"""The chart of pain by day, and the drawing of the back, as SVG with a description; the chart's table as CSV."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from xml.sax.saxutils import escape

from unknot.handover.page import Page, day_name
from unknot.knowledge.loader import Knowledge
from unknot.triage.episode import Episode, line

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 14, 12, 30
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="img" aria-label="{label}">'
_OUTLINE = (
    "M98 40C98 60 95 66 85 71C68 78 48 79 39 93C31 106 29 134 25 162C20 196 15 232 10 270L36 270C42 226 49 166 57 132"
    "C60 152 68 166 69 184C70 204 57 222 53 270H167C163 222 150 204 151 184C152 166 160 152 163 132C171 166 178 226"
    " 184 270L210 270C205 232 200 196 195 162C191 134 189 106 181 93C172 79 152 78 135 71C125 66 122 60 122 40Z"
)
_PLACES = {"neck": (60, 17), "upper": (80, 41), "middle": (125, 42), "lower": (171, 48), "whole": (60, 159)}
_SIDES = {"left": (62, 35), "right": (123, 35), "centre": (97, 26), "both": (62, 96), "": (62, 96)}


def description(episode: Episode, knowledge: Knowledge) -> str:
    """The chart in words."""
    points = line(episode)
    if not points:
        return knowledge.messages["handover_chart_empty"]
    scores = [pain for _, pain in points]
    words = knowledge.messages["handover_chart"]
    return words.format(days=len(points), first=scores[0], highest=max(scores), last=scores[-1])


def svg(episode: Episode, knowledge: Knowledge) -> str:
    """The chart. Days without a number are a gap in the line, signs a mark; nothing is told by colour alone."""
    points = line(episode)
    last = max((day for day, _ in points), default=1)
    label = escape(description(episode, knowledge), {'"': "&quot;"})
    parts = [_HEAD.format(w=WIDTH, h=HEIGHT, label=label), f"<title>{label}</title>"]

    def x(day: int) -> float:
        return round(_LEFT + (day - 1) / max(1, last - 1) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(pain: int) -> float:
        return round(_TOP + (10 - pain) / 10 * (HEIGHT - _TOP - _BOTTOM), 1)

    for pain in range(0, 11, 2):
        parts.append(f'<path d="M{_LEFT} {y(pain)}H{WIDTH - _RIGHT}" stroke="#ccc" fill="none"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(pain) + 4}" font-size="12" text-anchor="end">{pain}</text>')
    step = max(1, -(-last // 14))
    for day in range(1, last + 1, step):
        parts.append(f'<text x="{x(day)}" y="{HEIGHT - 10}" font-size="12" text-anchor="middle">{day}</text>')
    for (day, pain), (after, then) in pairwise(points):
        dash = ' stroke-dasharray="3 4"' if after - day > 1 else ""
        parts.append(f'<path d="M{x(day)} {y(pain)}L{x(after)} {y(then)}" stroke="#123" stroke-width="2"{dash}/>')
    for day, pain in points:
        parts.append(f'<circle cx="{x(day)}" cy="{y(pain)}" r="4" fill="#123"/>')
        parts.append(f'<text x="{x(day)}" y="{y(pain) - 8}" font-size="11" text-anchor="middle">{pain}</text>')
    for one in episode.checkins:
        if one.signs:
            at = x(one.day - episode.started + 1)
            parts.append(f'<path d="M{at - 5} {HEIGHT - 24}h10l-5 -9z" fill="#b00"/>')
    return "".join([*parts, "</svg>"])


def back_svg(page: Page, knowledge: Knowledge) -> tuple[str, str]:
    """The back with the place marked, and its description."""
    m = knowledge.messages
    words = m["handover_drawing"].format(place=page.where) if page.where else m["handover_drawing_empty"]
    label = escape(words, {'"': "&quot;"})
    parts = [_HEAD.format(w=220, h=270, label=label), f"<title>{label}</title>"]
    parts.append('<ellipse cx="110" cy="28" rx="21" ry="26" fill="none" stroke="#567" stroke-width="2"/>')
    parts.append(f'<path d="{_OUTLINE}" fill="#f3f3f3" stroke="#567" stroke-width="2"/>')
    if page.location in _PLACES:
        (top, height), (left, width) = _PLACES[page.location], _SIDES.get(page.side, _SIDES[""])
        box = f'x="{left}" y="{top}" width="{width}" height="{height}" rx="6"'
        parts.append(f'<rect {box} fill="#b00" fill-opacity="0.45" stroke="#b00" stroke-width="3"/>')
    return "".join([*parts, "</svg>"]), words


def csv_of(episode: Episode, knowledge: Knowledge) -> str:
    """The chart's table for a spreadsheet. A cell that it would take for a formula is quoted."""
    m = knowledge.messages
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("handover_date", "handover_day", "handover_pain", "handover_feeling", "handover_level", "handover_notes")
    writer.writerow([m[name] for name in (*names, "handover_tried")])
    for one in episode.checkins:
        feeling = m[f"checkin_{one.feeling}"] if one.feeling else ""
        level = m[f"level_{one.level}"] if one.level else ""
        pain = "" if one.pain is None else one.pain
        row = [day_name(one.day), one.day - episode.started + 1, pain, feeling, level, one.note]
        row.append("; ".join(_tried(episode, one.day, knowledge)))
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _tried(episode: Episode, day: int, knowledge: Knowledge) -> list[str]:
    """What was tried on a day, each with whether it helped."""
    m = knowledge.messages
    found = [one for one in episode.tried if one.day == day]
    titles = [knowledge.remedies[one.what].title if one.what in knowledge.remedies else one.what for one in found]
    return [f"{title}: {m[f'handover_helped_{one.helped}']}" for title, one in zip(titles, found, strict=True)]


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
