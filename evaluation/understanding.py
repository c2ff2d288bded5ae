"""`make understanding`: measure a trained model on the project's own sets and write docs/understanding.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from threadpoolctl import threadpool_limits

from evaluation import cases, labelled
from evaluation.labelled import run_labelled
from evaluation.nlu import Nlu, hush, newest_model
from evaluation.study import run

DOCS = Path(__file__).resolve().parents[1] / "docs"


def main(arguments: list[str] | None = None) -> int:
    """Measure, write the document and say the figures that matter. Returns 0, or 1 when a goal is not reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise the newest in models/")
    parser.add_argument("--out", type=Path, default=DOCS / "understanding.md", help="document to write")
    parser.add_argument("--real", type=Path, default=cases.REAL_PHRASES, help="file of the real phrases")
    parser.add_argument("--messages", type=Path, default=labelled.REAL, help="file of the real messages")
    chosen = parser.parse_args(arguments)
    hush()
    wanted = [*cases.own(), *cases.real_phrases(chosen.real)]
    try:
        nlu = Nlu(chosen.model or newest_model())
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with threadpool_limits(1, "blas"):  # as the launcher has it (unknot/launch/app.py): what is measured is one core
        study = run(nlu, wanted)
    unseen = run_labelled(nlu, [*labelled.unseen(), *labelled.real(chosen.messages)])
    # Drawing is imported only now: its libraries would count as memory of the NLU.
    from evaluation.report import goals, write

    about = f"{len(study.results)} messages, measured on {study.today.isoformat()}."
    write(study, unseen, chosen.out, chosen.out.parent / "img", about)
    for name, measured, goal, ok in goals(study):
        sys.stdout.write(f"{'ok  ' if ok else 'MISS'} {name}: {measured}, goal {goal}\n")
    return 0 if all(ok for *_, ok in goals(study)) else 1


if __name__ == "__main__":
    sys.exit(main())
