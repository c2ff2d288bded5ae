"""Messages labelled as `data/nlu` is: the set of an author whom nobody has tuned to, and real messages held back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from evaluation.measure import Rate
from evaluation.nlu import Nlu, Parsed

HERE = Path(__file__).parent
UNSEEN = HERE / "sets" / "unseen.yml"
LABELS = HERE / "real" / "labels.tsv"
# Where the real messages are kept, beside the repository; absent in a plain clone.
REAL = HERE.parents[1] / "shared" / "data" / "background_messages.jsonl"
HELD = 4  # every fourth of them is not learnt from (scripts/tuning)
KINDS = ("emergency", "lookalike", "ordinary", "pair", "inside", "inside_lookalike", "crisis", "crisis_lookalike")


@dataclass(frozen=True)
class Message:
    """A labelled message. `level`: emergency, defensible, urgent or none; `kind`: one of `KINDS`, "real" for a real
    one, whose `line` says which it is; `family`: the two sides of a pair share one.
    """

    text: str
    level: str
    kind: str
    crisis: bool = False
    family: str = ""
    line: int = 0


@dataclass(frozen=True)
class Read:
    """A message and what was understood."""

    message: Message
    parsed: Parsed


@dataclass(frozen=True)
class Outcome:
    """All messages and what was understood of them."""

    reads: tuple[Read, ...]

    def alarms(self, *, kinds: Iterable[str], level: str | None = None) -> Rate:
        """Share of the messages of these kinds, and this level if one is given, that raise an alarm."""
        return Rate.of(r.parsed.alarm for r in self._of(kinds, level))

    def acted_on(self, *, kinds: Iterable[str], level: str | None = None) -> Rate:
        """The same with a direct question counted too."""
        return Rate.of(r.parsed.alarm or r.parsed.asks for r in self._of(kinds, level))

    def _of(self, kinds: Iterable[str], level: str | None) -> list[Read]:
        wanted = set(kinds)
        return [r for r in self.reads if r.message.kind in wanted and level in (None, r.message.level)]

    @cached_property
    def pairs(self) -> Rate:
        """Share of the pairs, which differ in one thing, of which both sides are right."""
        sides: dict[str, list[bool]] = defaultdict(list)
        for r in self.reads:
            if r.message.family:
                sides[r.message.family].append(r.parsed.alarm == (r.message.level == "emergency"))
        return Rate.of(all(found) for found in sides.values())

    def crises(self, *, stated: bool) -> Rate:
        """Share of the messages that state a crisis, or of those that do not, answered as one."""
        return Rate.of(r.parsed.crisis for r in self.reads if r.message.crisis is stated)

    def real(self, *levels: str) -> Rate:
        """Alarms among the real messages of these levels."""
        return Rate.of(r.parsed.alarm for r in self._of(["real"], None) if r.message.level in levels)

    @cached_property
    def totals(self) -> list[tuple[str, Rate]]:
        """The figures as a table has them, without those of which there is no message."""
        quiet = ("urgent", "none")
        rows = [
            ("emergencies at the first message: alarm", self.alarms(kinds=["emergency"])),
            ("... alarm or one direct question", self.acted_on(kinds=["emergency"])),
            ("hard look-alikes: false alarm", self.alarms(kinds=["lookalike"])),
            ("... alarm or one direct question", self.acted_on(kinds=["lookalike"])),
            ("ordinary openings: false alarm", self.alarms(kinds=["ordinary"])),
            ("an emergency inside an answer: alarm", self.alarms(kinds=["inside"], level="emergency")),
            ("a look-alike inside an answer: false alarm", self.alarms(kinds=["inside_lookalike"])),
            ("pairs that differ in one thing: both right", self.pairs),
            ("crises answered as one", self.crises(stated=True)),
            ("other messages answered as a crisis", self.crises(stated=False)),
            ("real messages that state an emergency: alarm", self.real("emergency")),
            ("real messages, defensible: alarm", self.real("defensible")),
            ("real messages, all others: false alarm", self.real(*quiet)),
        ]
        return [(name, rate) for name, rate in rows if rate.total]


def unseen(file: Path = UNSEEN) -> list[Message]:
    """The messages of an author who had seen nothing of the project."""
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))["messages"]
    unknown = {row["kind"] for row in rows} - set(KINDS)
    if unknown:
        raise ValueError(f"{file.name}: unknown kinds {sorted(unknown)}")
    return [Message(**row) for row in rows]


def real(messages: Path = REAL) -> list[Message]:
    """Real messages that were not learnt from; none where their file is absent."""
    if not messages.is_file():
        return []
    texts = [json.loads(line)["text"] for line in messages.read_text(encoding="utf-8").splitlines()]
    found = []
    for row in LABELS.read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            number, _, level, crisis, _ = row.split("\t")
            if int(number) % HELD == 0:
                found.append(Message(texts[int(number) - 1], level, "real", crisis == "c", line=int(number)))
    return found


def run_labelled(nlu: Nlu, messages: Iterable[Message]) -> Outcome:
    """Parse every message."""
    return Outcome(tuple(Read(message, nlu.parse(message.text)) for message in messages))
