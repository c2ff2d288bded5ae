"""Runs the sets through a model and gathers the figures that the report and the tests use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from evaluation import cases, ids
from evaluation.measure import Bin, Rate, calibration, expected_calibration_error, quantile
from evaluation.nlu import Nlu
from evaluation.scoring import (
    Result,
    WrongValue,
    found_finding,
    found_parts,
    right_guess,
    right_intent,
    value_outcomes,
)

_WARM_UP = 20  # first messages, which pay for lazy loading


@dataclass(frozen=True)
class Study:
    """Everything measured of one model. `memory_mb` is what the NLU holds above bare Rasa."""

    results: tuple[Result, ...]
    today: date
    memory_mb: float
    warm_up: int = field(default=_WARM_UP)

    def of(self, *sets: str) -> list[Result]:
        """Results of the sets named."""
        return [result for result in self.results if result.case.set in sets]

    @cached_property
    def source_questions(self) -> Rate:
        """Top 1 of the eight questions of the source."""
        return Rate.of(right_intent(r) for r in self.of("questions") if r.case.intents[0] in ids.SOURCE_QUESTIONS)

    @cached_property
    def all_questions(self) -> Rate:
        """Top 1 of every question about backs."""
        return Rate.of(right_intent(r) for r in self.of("questions") if r.case.intents[0] in ids.QUESTIONS)

    @cached_property
    def dialogue(self) -> Rate:
        """Top 1 of what people say to the assistant itself."""
        return Rate.of(right_intent(r) for r in self.of("questions") if r.case.intents[0] in ids.DIALOGUE)

    @cached_property
    def guesses(self) -> Rate:
        """Best guess over the whole question set, before any threshold."""
        return Rate.of(right_guess(r) for r in self.of("questions"))

    @cached_property
    def sensitivity(self) -> Rate:
        """Share of asserted emergencies that raise an alarm."""
        return Rate.of(r.parsed.alarm for r in self.of("emergencies"))

    @cached_property
    def guard_sensitivity(self) -> Rate:
        """Share of asserted emergencies that the guard answers at once."""
        return Rate.of(r.parsed.guarded for r in self.of("emergencies"))

    @cached_property
    def acted_on(self) -> Rate:
        """Share of asserted emergencies that raise an alarm or one direct question."""
        return Rate.of(r.parsed.alarm or r.parsed.asks for r in self.of("emergencies"))

    @cached_property
    def false_alarms(self) -> Rate:
        """Share of look-alikes that raise an alarm."""
        return Rate.of(r.parsed.alarm for r in self.of("lookalikes"))

    @cached_property
    def false_asks(self) -> Rate:
        """Share of look-alikes that raise no alarm but a direct question."""
        return Rate.of(r.parsed.asks for r in self.of("lookalikes"))

    @cached_property
    def other_false_alarms(self) -> Rate:
        """Alarms at messages of the other sets that state no emergency."""
        return Rate.of(r.parsed.alarm for r in self.other_quiet)

    @cached_property
    def other_quiet(self) -> list[Result]:
        """Messages of the other sets that state no emergency."""
        quiet = [*self.of("questions", "oos"), *(r for r in self.of("multi") if r.case.alarm is False)]
        facts = [r for r in self.of("facts") if "major" not in r.case.expect.get("injury", ())]
        return quiet + facts

    @cached_property
    def urgent(self) -> Rate:
        """Share of messages with an urgent finding in which it, or an alarm, was read."""
        return Rate.of(found_finding(r) or r.parsed.alarm for r in self.of("urgent"))

    def by_finding(self, name: str) -> list[tuple[str, Rate]]:
        """Sensitivity of set `emergencies` or `urgent`, by finding."""
        groups: dict[str, list[bool]] = defaultdict(list)
        for r in self.of(name):
            found = r.parsed.alarm or (name == "urgent" and found_finding(r))
            groups[r.case.findings[0]].append(found)
        return [(finding, Rate.of(groups[finding])) for finding in sorted(groups)]

    @cached_property
    def specificity(self) -> list[tuple[str, Rate]]:
        """Share of look-alikes of each kind that raise no alarm."""
        return [
            (kind, Rate.of(not r.parsed.alarm for r in self.of("lookalikes") if r.case.group == kind))
            for kind in cases.KINDS
        ]

    @cached_property
    def exact_finding(self) -> Rate:
        """Share of asserted emergencies in which the very finding was named."""
        return Rate.of(found_finding(r) for r in self.of("emergencies"))

    @cached_property
    def crisis(self) -> Rate:
        """Share of crisis messages that were recognised."""
        return Rate.of(r.parsed.crisis for r in self.of("crisis") if r.case.group == "crisis")

    @cached_property
    def false_crisis(self) -> Rate:
        """Share of crisis look-alikes that were taken for one."""
        return Rate.of(r.parsed.crisis for r in self.of("crisis") if r.case.group == "lookalike")

    @cached_property
    def out_of_scope(self) -> Rate:
        """Share of messages about other things that were known as such, or not understood."""
        return Rate.of(right_intent(r) for r in self.of("oos"))

    @cached_property
    def multi(self) -> Rate:
        """Share of messages with several things in which all were found and the alarm was right."""
        return Rate.of(self.multi_right(r) for r in self.of("multi"))

    def multi_right(self, r: Result) -> bool:
        """Every part, every value and the alarm of one message."""
        return self.multi_parts_right(r) and all(ok for _, ok, _ in value_outcomes(r, self.today))

    def multi_parts_right(self, r: Result) -> bool:
        """Every part and the alarm of one message, whatever became of the values."""
        return found_parts(r) and r.case.alarm == r.parsed.alarm

    @cached_property
    def values(self) -> dict[str, Rate]:
        """Accuracy by kind of value; `untold` are values read where none was told."""
        groups: dict[str, list[bool]] = defaultdict(list)
        for r in self.of("facts", "multi"):
            for kind, ok, _ in value_outcomes(r, self.today):
                groups[kind.partition(".")[0]].append(ok)
        return {kind: Rate.of(groups[kind]) for kind in sorted(groups)}

    @cached_property
    def value_accuracy(self) -> Rate:
        """All values together."""
        return Rate(sum(r.hits for r in self.values.values()), sum(r.total for r in self.values.values()))

    @cached_property
    def wrong_values(self) -> list[WrongValue]:
        """The values that came out wrong in the own sets."""
        return [
            wrong
            for r in self.of("facts", "multi")
            for _, _, wrong in value_outcomes(r, self.today)
            if wrong is not None
        ]

    @cached_property
    def confidences(self) -> tuple[list[float], list[bool]]:
        """Confidence of the best guess and whether it was right, over questions and out-of-scope messages."""
        measured = self.of("questions", "oos")
        return [r.parsed.confidence for r in measured], [right_guess(r) for r in measured]

    @cached_property
    def bins(self) -> list[Bin]:
        """The calibration curve."""
        return calibration(*self.confidences)

    @property
    def ece(self) -> float:
        """Expected calibration error, 0 to 1."""
        return expected_calibration_error(self.bins)

    def latency_ms(self, q: float, *, cpu: bool = False) -> float:
        """Quantile `q` of the time for one message, in milliseconds: wall time, or this process's CPU time."""
        timed = self.results[self.warm_up :]
        return 1000 * quantile([r.parsed.cpu if cpu else r.parsed.seconds for r in timed], q)

    @cached_property
    def real(self) -> dict[str, Rate]:
        """The real phrases: intents, alarms, values; empty where the texts are absent."""
        found = self.of("real_phrases")
        if not found:
            return {}
        values = [ok for r in found for _, ok, _ in value_outcomes(r, self.today)]
        return {
            "intent": Rate.of(right_intent(r) for r in found if r.case.alarm is not True),
            "emergencies that raise an alarm": Rate.of(r.parsed.alarm for r in found if r.case.alarm is True),
            "false alarms": Rate.of(r.parsed.alarm for r in found if r.case.alarm is False),
            "values": Rate.of(values),
        }

    @property
    def totals(self) -> list[tuple[str, Rate]]:
        """The figures of each kind of message as a whole, without those of which there is none."""
        found = [
            ("the eight questions of the source, top 1", self.source_questions),
            ("all questions about backs, top 1", self.all_questions),
            ("what people say to the assistant itself", self.dialogue),
            ("asserted emergencies that raise an alarm", self.sensitivity),
            ("... that raise an alarm or a direct question", self.acted_on),
            ("... in which the very finding was named", self.exact_finding),
            ("false alarms at look-alikes", self.false_alarms),
            ("direct questions at look-alikes", self.false_asks),
            ("false alarms at questions, facts and other topics", self.other_false_alarms),
            ("urgent findings read (or an alarm)", self.urgent),
            ("crises recognised", self.crisis),
            ("look-alikes taken for a crisis", self.false_crisis),
            ("other topics, other body parts, other languages known as such", self.out_of_scope),
            ("several things in one message, all found", self.multi),
            ("values", self.value_accuracy),
        ]
        return [(name, rate) for name, rate in found if rate.total]


def run(nlu: Nlu, wanted: Iterable[cases.Case]) -> Study:
    """Parse every case and gather the results."""
    results = tuple(Result(case, nlu.parse(case.text)) for case in wanted)
    return Study(results, date.today(), nlu.used_mb())
