"""`make ratchet`: raises the floors in `evaluation/floors.yml` to what is measured now, less its interval.

Floors only move up (and limits only down): a figure that fell is a failing test, not a new floor.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from evaluation import cases, labelled
from evaluation.measure import Rate
from evaluation.nlu import Nlu, hush, newest_model
from evaluation.study import Study, run

Floors = dict[str, dict[str, float]]
FILE = Path(__file__).with_name("floors.yml")
HEAD = (
    "# Shares (0 to 1) that the trained model must not fall below (at_least) or exceed (at_most).\n"
    "# `make ratchet` makes them stricter.\n"
)


def rates(study: Study, outcome: labelled.Outcome) -> tuple[dict[str, Rate], dict[str, Rate]]:
    """What must be high, and what must be low, by name."""
    high = {
        "the eight questions of the source": study.source_questions,
        "all questions": study.all_questions,
        "what people say to the assistant": study.dialogue,
        "other topics known as such": study.out_of_scope,
        "emergencies raise an alarm": study.sensitivity,
        "emergencies raise an alarm or a direct question": study.acted_on,
        "urgent findings": study.urgent,
        "crises": study.crisis,
        "several things in one message": study.multi,
        "values": study.value_accuracy,
        "unseen emergencies raise an alarm": outcome.alarms(kinds=["emergency"]),
        "unseen emergencies raise an alarm or a direct question": outcome.acted_on(kinds=["emergency"]),
        "unseen emergencies inside an answer": outcome.alarms(kinds=["inside"], level="emergency"),
        "unseen pairs": outcome.pairs,
        "real emergencies": outcome.real("emergency"),
    }
    low = {
        "false alarms at look-alikes": study.false_alarms,
        "false alarms elsewhere": study.other_false_alarms,
        "false crises": study.false_crisis,
        "unseen false alarms at look-alikes": outcome.alarms(kinds=["lookalike"]),
        "unseen false alarms at ordinary openings": outcome.alarms(kinds=["ordinary"]),
        "unseen false alarms inside an answer": outcome.alarms(kinds=["inside_lookalike"]),
        "real false alarms": outcome.real("urgent", "none"),
    }
    return ({n: r for n, r in high.items() if r.total}, {n: r for n, r in low.items() if r.total})


def floors() -> Floors:
    """The floors and limits as they stand."""
    found: Floors = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def raised(
    now: dict[str, dict[str, float]], high: dict[str, Rate], low: dict[str, Rate]
) -> dict[str, dict[str, float]]:
    """Floors that moved up and limits that moved down where the measured rate's interval allows it."""
    least, most = dict(now.get("at_least", {})), dict(now.get("at_most", {}))
    for name, rate in high.items():
        least[name] = max(least.get(name, 0.0), round(rate.interval[0], 3))
    for name, rate in low.items():
        most[name] = min(most.get(name, 1.0), round(rate.interval[1], 3))
    return {"at_least": least, "at_most": most}


def main() -> int:
    """Measure and write the floors. Returns 0, or 2 without a model."""
    hush()
    try:
        nlu = Nlu(newest_model())
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    study = run(nlu, [*cases.own(), *cases.real_phrases()])
    outcome = labelled.run_labelled(nlu, [*labelled.unseen(), *labelled.real()])
    now = floors() if FILE.exists() else {}
    new = raised(now, *rates(study, outcome))
    FILE.write_text(HEAD + yaml.safe_dump(new, sort_keys=False, allow_unicode=True), encoding="utf-8")
    for kind, names in new.items():
        for name, value in names.items():
            before = now.get(kind, {}).get(name)
            sys.stdout.write(f"{name}: {value}{'' if before == value else f' (was {before})'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
