"""Where the check-ins of a bout stand: what is still to be asked today, and how it stood before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from unknot.triage.case import Case
from unknot.triage.dose_clock import DAY_HOURS
from unknot.triage.episode import Taken, episodes
from unknot.triage.statement import DENIED

EPISODE = "episode_"  # how the ids of all questions of a check-in begin
FEELING, PAIN, SIGNS = "episode_feeling", "episode_pain", "episode_signs"
LOG = "dose_log"  # as the question of a statement: it was read from a dose, and lapses with it
ALL = (FEELING, PAIN, SIGNS)
"""At most these three, in this order."""


@dataclass(frozen=True)
class Diary:
    """`todo` are ids of the questions of today's check-in that are open, in order; days as in `Case.day`.

    `level` and `stage` are those of the episode before today's check-in; `doses` are medicines (`Taken`, as JSON)
    that were taken while no bout goes on.
    """

    todo: tuple[str, ...] = ()
    asked: int = 0  # the day on which it was last asked how it goes
    signs: int = 0  # the day on which the signs were last answered
    level: str = ""
    stage: str = ""
    doses: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without what is at its default."""
        default = asdict(Diary())
        found = {item.name: getattr(self, item.name) for item in fields(self)}
        kept = {name: value for name, value in found.items() if value != default[name]}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}

    @classmethod
    def of(cls, case: Case) -> Diary:
        """That of a case. Keys of other versions are ignored."""
        known = {item.name for item in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in case.diary.items()
            if name in known
        }
        return cls(**values)


def with_diary(case: Case, diary: Diary) -> Case:
    """The case with this in the place of its own."""
    return replace(case, diary=diary.to_json())


def is_of_a_check_in(identity: str | None) -> bool:
    """Whether a question is one of a check-in."""
    return bool(identity) and str(identity).startswith(EPISODE)


def begun(case: Case, questions: tuple[str, ...], level: str, stage: str) -> Case:
    """A check-in begins: what was asked and answered on other days is open again."""
    diary = replace(Diary.of(case), todo=questions, asked=case.day, level=level, stage=stage)
    fresh = {
        name: tuple(i for i in getattr(case, name) if not is_of_a_check_in(i))
        for name in ("asked", "answered", "declined")
    }
    case = case.without(lambda said: said.certainty == DENIED and said.asked.startswith(SIGNS))
    return with_diary(replace(case, **fresh), diary)  # type: ignore[arg-type]


def left_open(case: Case, questions: tuple[str, ...] = ALL) -> Case:
    """These questions are not asked any more today."""
    diary = Diary.of(case)
    return with_diary(case, replace(diary, todo=tuple(i for i in diary.todo if i not in questions)))


def taken(case: Case) -> tuple[Taken, ...]:
    """All doses that are known, in the order in which they were told."""
    of_bouts = tuple(one for episode in episodes(case) for one in episode.taken)
    return (*of_bouts, *(Taken(**one) for one in Diary.of(case).doses))


def within_a_day(case: Case, remedy: str) -> list[Taken]:
    """The doses of one remedy in the last 24 hours."""
    return [one for one in taken(case) if one.what == remedy and hours_ago(one, case) < DAY_HOURS]


def hours_ago(one: Taken, case: Case) -> float:
    """Of a dose without a time, as if it were just taken; so is one that a clock put into the future."""
    if one.at is None:
        return 0.0 if one.day >= case.day else (case.day - one.day) * DAY_HOURS
    return max(0.0, (case.at - one.at) / 60)


def is_only_logged(case: Case, remedy: str, taken_as: str) -> bool:
    """Whether a medicine counts as taken for no other reason than that this remedy itself was."""
    said = case.latest(taken_as)
    return said is not None and said.asked == LOG and bool(within_a_day(case, remedy))
