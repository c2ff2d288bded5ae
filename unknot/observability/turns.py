"""A turn as operators see it: its id, how long it took and where. Framework-free; costs some microseconds."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from unknot.observability import metrics

logger = logging.getLogger(__name__)
HEADER = "X-Unknot-Turn"
"""Hands the id of a turn to the action server."""
_NOT_UNDERSTOOD = {"nlu_fallback": "nlu", "out_of_scope": "topic"}
_FALLBACK_ACTION = "action_keep_facts"


class Turn:
    """What is known of a turn under way. `id` is random: it leads to no person and no message."""

    def __init__(self, identity: str) -> None:
        self.id = identity
        self.phases: dict[str, float] = {}


_current: ContextVar[Turn | None] = ContextVar("turn", default=None)


def turn_id() -> str | None:
    """The id of the turn that this code runs in, if any."""
    turn = _current.get()
    return turn.id if turn else None


def join(identity: str | None) -> None:
    """In another process: what follows in this task belongs to the turn with this id (16 hex digits, or to none)."""
    fits = identity is not None and len(identity) == 16 and all(letter in "0123456789abcdef" for letter in identity)
    _current.set(Turn(str(identity)) if fits else None)


@contextmanager
def turn(channel: str) -> Iterator[None]:
    """A whole turn; inside another one it is part of that."""
    if _current.get() is not None:
        yield
        return
    mine = Turn(secrets.token_hex(8))
    token = _current.set(mine)
    channel = metrics.one_of(channel, metrics.CHANNELS)
    metrics.TURNS_UNDER_WAY.inc()
    start, outcome = time.perf_counter(), "done"
    try:
        yield
    except Exception:
        outcome = "failed"
        metrics.TURNS_FAILED.labels(channel).inc()
        raise
    finally:
        seconds = time.perf_counter() - start
        metrics.TURNS_UNDER_WAY.dec()
        metrics.TURN_SECONDS.labels(channel).observe(seconds)
        for name, spent in mine.phases.items():
            metrics.PHASE_SECONDS.labels(name).observe(spent)
        fields = {"channel": channel, "seconds": _short(seconds)}
        fields |= {f"{name}_seconds": _short(spent) for name, spent in mine.phases.items()}
        logger.info("turn %s", outcome, extra={"fields": fields})
        _current.reset(token)


@contextmanager
def phase(name: str) -> Iterator[None]:
    """A part of the turn under way, one of `metrics.PHASES`; the times of its pieces add up."""
    start = time.perf_counter()
    try:
        yield
    finally:
        if (mine := _current.get()) is not None:
            mine.phases[name] = mine.phases.get(name, 0.0) + time.perf_counter() - start


def count_events(events: Iterable[Mapping[str, Any]]) -> None:
    """Counts what operators want to know of a turn's new events (as Rasa stores them)."""
    for event in events:
        kind = event.get("event")
        if kind == "bot":
            _count_reply(((event.get("data") or {}).get("custom")) or {})
        elif kind == "user":
            intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
            if kind := _NOT_UNDERSTOOD.get(str(intent)):
                metrics.FALLBACKS.labels(kind).inc()
        elif kind == "action" and event.get("name") == _FALLBACK_ACTION:
            metrics.FALLBACKS.labels("rules").inc()


def _count_reply(reply: Mapping[str, Any]) -> None:
    if reply.get("type") == "triage":
        metrics.LEVELS_SAID.add(str(reply.get("level")))
    elif reply.get("notice") == "clarify":
        metrics.CLARIFICATIONS.inc()
    elif reply.get("notice") == "error":
        metrics.APOLOGIES.inc()


def _short(seconds: float) -> float:
    return round(seconds, 4)
