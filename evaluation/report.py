"""docs/understanding.md: the figures of a study in words, tables and pictures."""

from __future__ import annotations

from pathlib import Path

from evaluation import pictures
from evaluation.labelled import Outcome
from evaluation.markdown import rows as _rows
from evaluation.markdown import table as _table
from evaluation.measure import Rate, scores
from evaluation.report_errors import errors
from evaluation.scoring import right_intent
from evaluation.study import Study

_MARK = {True: "reached", False: "**not reached**"}
SEEN = (
    "**What the figures are worth.** The unseen set was written by somebody who had seen nothing of the project, and "
    "looked at once; of the real messages every fourth is held back from training. The development set was written "
    "apart from the training data too, but its errors have been read, and rules were written for them. Examples of "
    "three further authors, among them the sets of earlier measurements, are training data by now."
)


def write(study: Study, unseen: Outcome, document: Path, images: Path, about: str) -> None:
    """Write the document and its pictures.

    Args:
        study: what was measured on the sets that have been seen.
        unseen: the unseen set and the real messages; only totals are written, so that reading spoils nothing.
        document: the Markdown file.
        images: folder of the pictures.
        about: one line on what was measured, without any path.
    """
    _draw(study, images)
    where = images.relative_to(document.parent).as_posix()
    parts = [
        "# How well it understands",
        "",
        "Made by `make understanding`; do not edit. The sets are in `evaluation/sets/`, written apart from the "
        "training data and the lexicons. Rates carry 95 % Wilson score intervals.",
        "",
        SEEN,
        "",
        about,
        "",
        *_summary(study),
        *_unseen(unseen),
        *_intents(study, where),
        *_emergencies(study, where),
        *_others(study),
        *errors(study),
    ]
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def goals(study: Study) -> list[tuple[str, str, str, bool]]:
    """What is to be reached: name, measured, goal, whether it is reached."""
    p50, p95 = study.latency_ms(0.5, cpu=True), study.latency_ms(0.95, cpu=True)
    return [
        (
            "the eight questions of the source, top 1",
            str(study.source_questions),
            "96 %",
            study.source_questions.value >= 0.96,
        ),
        (
            "all questions about backs, top 1",
            str(study.all_questions),
            "96 %",
            study.all_questions.value >= 0.96,
        ),
        (
            "red flags: asserted emergencies that raise an alarm",
            str(study.sensitivity),
            "99 %",
            study.sensitivity.value >= 0.99,
        ),
        (
            "red flags: false alarms at look-alikes",
            str(study.false_alarms),
            "at most 2 %",
            study.false_alarms.value <= 0.02,
        ),
        ("one message, median of CPU time", f"{p50:.1f} ms", "15 ms", p50 <= 15),
        ("one message, 95th percentile of CPU time", f"{p95:.1f} ms", "30 ms", p95 <= 30),
        ("memory above bare Rasa", f"{study.memory_mb:.0f} MB", "250 MB", study.memory_mb <= 250),
    ]


def _summary(study: Study) -> list[str]:
    wall = f"{study.latency_ms(0.5):.1f} and {study.latency_ms(0.95):.1f} ms"
    return [
        "## Goals",
        "",
        *_table(("what", "measured", "goal", ""), [(n, m, g, _MARK[ok]) for n, m, g, ok in goals(study)]),
        "",
        f"Wall time for one message on the machine that measured, median and 95th percentile: {wall}. "
        "CPU time is what the message costs on one core when nothing else runs.",
        "",
    ]


def _unseen(outcome: Outcome) -> list[str]:
    return [
        "## Messages that nobody has tuned to",
        "",
        f"{len(outcome.reads)} messages: `evaluation/sets/unseen.yml`, and real health messages of all kinds, kept "
        "outside the repository, labelled by line in `evaluation/real/labels.tsv`. An alarm is the emergency number "
        "at once; a direct question is asked where the two readers disagree.",
        "",
        *_table(("what", "share"), _rows(outcome.totals)),
        "",
    ]


def _intents(study: Study, where: str) -> list[str]:
    wanted, got = _labels(study)
    rows = [
        (label, f"{s.precision:.2f}", f"{s.recall:.2f}", f"{s.f1:.2f}", str(s.support))
        for label, s in scores(wanted, got).items()
    ]
    return [
        "## Intents",
        "",
        *_table(
            ("set", "top 1"),
            [
                ("the eight questions of the source", str(study.source_questions)),
                ("all questions about backs", str(study.all_questions)),
                ("what people say to the assistant itself", str(study.dialogue)),
                ("all of these, best guess before any threshold", str(study.guesses)),
                ("other topics, other body parts, other languages known as such", str(study.out_of_scope)),
            ],
        ),
        "",
        f"Expected calibration error of the best guess over questions and other topics: {study.ece:.3f} (10 bins).",
        "",
        f"![Confidence histogram and calibration curve]({where}/understanding-confidence.png)",
        "",
        f"![Intent confusion matrix]({where}/understanding-confusion.png)",
        "",
        *_table(("intent", "precision", "recall", "F1", "messages"), rows),
        "",
    ]


def _emergencies(study: Study, where: str) -> list[str]:
    return [
        "## Red flags",
        "",
        "An alarm is a message that the emergency guard answers as an emergency, or in which a finding that is an "
        "emergency by itself is read as present. Where a net is only unsure, one direct question is asked; that is "
        "counted apart.",
        "",
        *_table(
            ("what", "share"),
            [
                ("asserted emergencies that raise an alarm", str(study.sensitivity)),
                ("... that the guard answers at once", str(study.guard_sensitivity)),
                ("... in which the very finding was named", str(study.exact_finding)),
                ("... that raise an alarm or a direct question", str(study.acted_on)),
                ("false alarms at look-alikes", str(study.false_alarms)),
                ("direct questions at look-alikes", str(study.false_asks)),
                ("false alarms at questions, facts and other topics", str(study.other_false_alarms)),
                ("urgent findings read (or an alarm)", str(study.urgent)),
            ],
        ),
        "",
        f"![Sensitivity by finding]({where}/understanding-sensitivity.png)",
        "",
        *_table(("emergency finding", "raises an alarm"), _rows(study.by_finding("emergencies"))),
        "",
        *_table(("urgent finding", "read"), _rows(study.by_finding("urgent"))),
        "",
        f"![Specificity by kind of look-alike]({where}/understanding-specificity.png)",
        "",
        *_table(("look-alike", "raises no alarm"), _rows(study.specificity)),
        "",
    ]


def _others(study: Study) -> list[str]:
    lines = [
        "## Crisis",
        "",
        f"Recognised: {study.crisis}. Look-alikes taken for a crisis: {study.false_crisis}.",
        "",
        "## Several things in one message",
        "",
        f"Everything found and the alarm right: {study.multi}; without counting values: "
        f"{Rate.of(study.multi_parts_right(r) for r in study.of('multi'))}.",
        "",
        "## Values",
        "",
        f"All together: {study.value_accuracy}. `untold` counts values that were read where none was told.",
        "",
        *_table(("value", "right"), _rows(study.values.items())),
        "",
    ]
    if study.real:
        lines += [
            "## Phrases that people really typed",
            "",
            "136 phrases with labels of our own, kept outside the repository. A test finds copies of the longer ones "
            "in the training data; whoever wrote that data may have read them to see how people write.",
            "",
            *_table(("what", "share"), _rows(study.real.items())),
            "",
        ]
    return lines


def _labels(study: Study) -> tuple[list[str], list[str]]:
    """Wanted and understood intent of each question; an accepted alternative counts as the wanted one."""
    wanted, got = [], []
    for r in study.of("questions"):
        wanted.append(r.case.intents[0])
        said = r.parsed.guess if r.parsed.guarded else r.parsed.intent
        got.append(r.case.intents[0] if right_intent(r) else said)
    return wanted, got


def _draw(study: Study, images: Path) -> None:
    pictures.confusion(images / "understanding-confusion.png", *_labels(study))
    pictures.confidence(images / "understanding-confidence.png", *study.confidences, study.bins)
    pictures.rates(
        images / "understanding-sensitivity.png",
        "Asserted emergencies that raise an alarm",
        study.by_finding("emergencies"),
        0.99,
    )
    pictures.rates(
        images / "understanding-specificity.png",
        "Look-alikes that raise no alarm",
        study.specificity,
        0.98,
    )
