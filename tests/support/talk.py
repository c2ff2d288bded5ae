"""A conversation without Rasa: what the readers would find goes in, the payloads come out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from unknot.knowledge.loader import Knowledge, load
from unknot.reading.days import read as read_days
from unknot.reading.follow_up import read as read_wishes
from unknot.reading.replies import read as read_acts
from unknot.triage import crisis
from unknot.triage.case import Case
from unknot.triage.emergency import explain, is_news
from unknot.triage.engine import assess
from unknot.triage.steps import take_next
from unknot.triage.turn import Mention, Moment, Turn, as_mention
from unknot.triage.update import update


class Talk:
    """Speaks the assistant's language: `talk.tell(location="lower", severity=7)`, `talk.no()`.

    Goes the way the guard, the rules and the stories go: an emergency that is news is explained and nothing else.
    """

    def __init__(self, region: str = "us", knowledge: Knowledge | None = None) -> None:
        self.knowledge = knowledge or load()
        self.region = self.knowledge.regions[region]
        self.case = Case()
        self.replies: list[dict[str, Any]] = []
        self.minute: int | None = None  # since 1970, UTC: when the next message comes in
        self.read: Callable[[str], tuple[Mention, ...]] | None = None  # reads a text, where a test wants that
        self._count = 0
        self._unseen: list[Turn] = []

    def say(
        self, text: str = "", intent: str = "inform", mentions: tuple[Mention, ...] = (), confidence: float = 0.9
    ) -> list[dict[str, Any]]:
        """One turn; gives all payloads of it."""
        self._count += 1
        acts = (Mention("act", m.value, start=m.start, end=m.end) for m in read_acts(text))
        wishes = (Mention(m.kind, m.value, start=m.start, end=m.end) for m in read_wishes(text))
        days = (of_reading(m) for m in read_days(text))
        read = self.read(text) if self.read and not mentions else ()
        moment = None if self.minute is None else Moment(self.minute)
        said = (*mentions, *read, *acts, *wishes, *days)
        turn = Turn(text, intent, confidence, said, str(self._count), moment=moment)
        before = self.case
        for unseen in self._unseen:
            before = update(before, unseen, self.knowledge).case
        after = update(before, turn, self.knowledge).case
        if is_news(before, after, assess(after, self.knowledge)):
            turns = [*self._unseen, replace(turn, alarmed=True)]
            told = explain(self.case, turns, self.knowledge, self.region)
            self.case, self._unseen = told.case, []
            self.replies = list(told.replies)
            return self.replies
        if turn.intent == "report_crisis":  # answered by the assistant itself: the next turn takes it in
            self._unseen.append(turn)
            self.replies = [crisis.line(self.region, self.knowledge)]
            return self.replies
        turns, self._unseen = [*self._unseen, turn], []
        self.case, said = take_next(self.case, turns, self.knowledge, self.region)
        self.replies = list(said)
        self.case = Case.from_json(json.loads(json.dumps(self.case.to_json())))
        return self.replies

    def on_day(self, day: int, hour: int = 9) -> None:
        """Moves the clock to an hour of a day, counted from 1970."""
        self.minute = (day * 24 + hour) * 60

    def tell(
        self, *findings: str, absent: tuple[str, ...] = (), text: str = "", **values: Any
    ) -> list[dict[str, Any]]:
        """Facts: finding or condition ids that are there, ids that are not, and values by kind."""
        return self.say(text, "inform", mentions(self.knowledge, findings, absent, **values))

    def no(self) -> list[dict[str, Any]]:
        """A bare no."""
        return self.say("no", "deny", (Mention("act", "no"),))

    def yes(self) -> list[dict[str, Any]]:
        """A bare yes."""
        return self.say("yes", "affirm", (Mention("act", "yes"),))

    def ask(self, question: str) -> list[dict[str, Any]]:
        """One of the questions of the knowledge."""
        return self.say("?", question)

    def to_plan(self, limit: int = 12, **values: Any) -> int:
        """Answer whatever is asked (values by ask id, else no) until a plan comes; gives how many were asked."""
        count = 0
        while not self.of("plan") and count < limit:
            count += 1
            waiting = str(self.case.pending)
            if waiting in values:
                kind = {"onset": "duration_days"}.get(waiting, waiting)
                self.tell(**{kind: values[waiting]})
            else:
                self.no()
        return count

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Payloads of the last turn with this type."""
        return [reply for reply in self.replies if reply["type"] == kind]

    @property
    def asked(self) -> list[str]:
        """Ask ids of the last turn."""
        return [identity for reply in self.of("ask") for identity in reply["asks"]]

    @property
    def level(self) -> str | None:
        """Level of the last turn's first triage payload."""
        found = self.of("triage")
        return str(found[0]["level"]) if found else None


def mentions(
    knowledge: Knowledge, findings: tuple[str, ...] = (), absent: tuple[str, ...] = (), **values: Any
) -> tuple[Mention, ...]:
    """Mentions as the readers give them."""
    found = [Mention(_kind(knowledge, identity), identity) for identity in findings]
    found += [Mention(_kind(knowledge, identity), identity, "denied") for identity in absent]
    return (*found, *(Mention(kind, value) for kind, value in values.items()))


def of_reading(mention: Any) -> Mention:
    """A mention of the readers as triage gets it."""
    return as_mention({"entity": mention.kind, **asdict(mention)})


def _kind(knowledge: Knowledge, identity: str) -> str:
    return "finding" if identity in knowledge.findings else "condition"
