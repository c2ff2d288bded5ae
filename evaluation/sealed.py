"""`make sealed`: measure a trained model on sets that its developers have not seen, and give totals only."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evaluation import cases, seal
from evaluation.markdown import rows, table
from evaluation.measure import Rate
from evaluation.nlu import Nlu, hush, newest_model
from evaluation.study import Study, run

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "understanding_sealed.md"

Totals = list[tuple[str, Rate]]


def by_voice(study: Study, voices: dict[str, str]) -> Totals:
    """Emergencies that raise an alarm, by who speaks. `voices`: text to voice."""
    found = study.of("emergencies")
    return [(voice, Rate.of(r.parsed.alarm for r in found if voices[r.case.text] == voice)) for voice in seal.VOICES]


def by_kind(study: Study) -> Totals:
    """False alarms at look-alikes, by kind."""
    found = study.of("lookalikes")
    return [(kind, Rate.of(r.parsed.alarm for r in found if r.case.group == kind)) for kind in cases.KINDS]


def report(study: Study, voices: dict[str, str]) -> str:
    """The document: totals and nothing from which a message could be known."""
    lines = [
        "# How well it understands messages that its developers have not seen",
        "",
        "Made by `make sealed`; do not edit. The sets are in `evaluation/sets/sealed/`, whose README says what the "
        "seal means. Totals only: no message is shown, nor which one failed. "
        "Rates carry 95 % Wilson score intervals.",
        "",
        f"{len(study.results)} messages, measured on {study.today.isoformat()}.",
        "",
        *table(("what", "share"), rows(study.totals)),
        "",
        "## Emergencies that raise an alarm, by who speaks",
        "",
        *table(("voice", "share"), rows(by_voice(study, voices))),
        "",
        "## False alarms at look-alikes, by kind",
        "",
        *table(("kind", "share"), rows(by_kind(study))),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the totals; or show or seal a file for an auditor. Returns 0, or 2 without a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise the newest in models/")
    parser.add_argument("--out", type=Path, default=DOCUMENT, help="document to write")
    parser.add_argument("--reveal", type=Path, metavar="FILE", help="print a sealed file readably, for auditors")
    parser.add_argument("--conceal", type=Path, metavar="FILE", help="print a revealed file sealed again")
    chosen = parser.parse_args(arguments)
    if chosen.reveal or chosen.conceal:
        turn = seal.revealed if chosen.reveal else seal.concealed
        sys.stdout.write(turn((chosen.reveal or chosen.conceal).read_text(encoding="utf-8")))
        return 0
    hush()
    try:
        nlu = Nlu(chosen.model or newest_model())
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    study = run(nlu, seal.own())
    chosen.out.write_text(report(study, seal.voices()), encoding="utf-8")
    for name, rate in study.totals:
        sys.stdout.write(f"{name}: {rate}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
