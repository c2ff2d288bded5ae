"""A daily check-in as a calendar file (RFC 5545) that a person may keep, and a link as a QR code."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from unknot.knowledge.loader import Knowledge

MOST_OCTETS = 75  # of a line, by the RFC


def ics(knowledge: Knowledge, first: datetime, days: int, identity: str, now: float) -> str:
    """One event a day, `days` times from `first` (local time). Its words say nothing of what it is for."""
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Unknot//EN",
        "BEGIN:VEVENT",
        f"UID:{identity}@unknot",
        f"DTSTAMP:{stamp}",
        # In local time without a definition of the zone: it stays at its hour wherever the person is.
        f"DTSTART:{first.strftime('%Y%m%dT%H%M%S')}",
        "DURATION:PT5M",
        f"RRULE:FREQ=DAILY;COUNT={days}",
        f"SUMMARY:{_text(knowledge.messages['reminder_calendar'])}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _text(words: str) -> str:
    for sign in "\\;,":
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\n", "\\n")


def _folded(line: str) -> str:
    parts, rest = [], line.encode()
    while len(rest) > MOST_OCTETS:
        cut = MOST_OCTETS
        while rest[cut] & 0xC0 == 0x80:  # not within a character
            cut -= 1
        parts.append(rest[:cut].decode())
        rest = b" " + rest[cut:]
    return "\r\n".join([*parts, rest.decode()])


def qr_svg(link: str) -> str:
    """The link as a QR code. Raises ModuleNotFoundError where what draws it is not installed."""
    import segno  # an optional part (`handover` in pyproject.toml)

    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="svg", scale=4, border=4, xmldecl=False)
    return out.getvalue().decode()
