"""`python -m evaluation.compare_context`: our assertion beside medspaCy's default ConText on the same named signs.

Both are given the same spans, the words that our lexicon takes for an emergency sign, and each says of which it
thinks that they are so now. A message counts as found when the sign that it states is asserted, and as a false alarm
when it only resembles one and any emergency sign is asserted. Whose sign it is plays no part: another's emergency is
one too.
"""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from evaluation import cases, ids
from evaluation.measure import Rate
from unknot.knowledge.loader import load
from unknot.reading.findings import name_findings
from unknot.reading.reader import Reader
from unknot.reading.types import PRESENT

# Each of these attributes of a span makes it something that is not said to be so now.
_TAKEN_AWAY = ("is_negated", "is_uncertain", "is_historical", "is_hypothetical")
_GROUP = "medspacy_spans"  # where medspaCy looks for spans that may overlap
Judge = Callable[[str], set[str]]


@dataclass(frozen=True)
class Outcome:
    """How one way of judging does on both sets."""

    name: str
    found: Rate
    false_alarms: Rate


class Named:
    """The emergency signs that a message names, with their places; not the ones that it reports as fine."""

    def __init__(self, reader: Reader) -> None:
        self._nlp = reader.nlp

    def __call__(self, text: str) -> list[tuple[str, int, int]]:
        """Id, begin and end of each."""
        source = self._nlp.make_doc(text)._.source
        named = name_findings(self._nlp.tokenizer.lexicon, source.tokens, source.bounds)
        sure = (c for c in named.candidates if not c.hint and not c.denied and c.entry.id in ids.EMERGENCIES)
        return sorted({(c.entry.id, *named.place(c)) for c in sure})


def ours(reader: Reader) -> Judge:
    """Our own assertion."""
    today = date.today()

    def judge(text: str) -> set[str]:
        found = reader.read(text, today).of("finding")
        return {str(m.value) for m in found if m.assertion == PRESENT} & ids.EMERGENCIES

    return judge


def context(named: Named, prune: bool = False) -> Judge:
    """medspaCy as it comes: its tokenizer, its sentences, its ConText with the default rules.

    With `prune`, a cue inside a sign's own words ("can't pee") is no cue.
    """
    import medspacy
    from loguru import logger

    logger.disable("PyRuSH")  # else it prints every token
    nlp = medspacy.load(medspacy_enable=["medspacy_tokenizer", "medspacy_pyrush"])
    config = {"input_span_type": "group", "span_group_name": _GROUP, "prune_on_target_overlap": prune}
    nlp.add_pipe("medspacy_context", config=config)

    def judge(text: str) -> set[str]:
        doc = nlp.make_doc(text)
        places = [doc.char_span(start, end, id_, alignment_mode="expand") for id_, start, end in named(text)]
        doc.spans[_GROUP] = places
        doc = nlp(doc)
        spans = doc.spans[_GROUP]
        return {s.label_ for s in spans if not any(getattr(s._, name) for name in _TAKEN_AWAY)}

    return judge


def measure(name: str, judge: Judge) -> Outcome:
    """Both rates of one way of judging."""
    found = Rate.of(bool(judge(case.text) & set(case.findings)) for case in cases.emergencies())
    return Outcome(name, found, Rate.of(bool(judge(case.text)) for case in cases.lookalikes()))


def table(outcomes: list[Outcome]) -> str:
    """Markdown, for people as well."""
    rows = ["| assertion by | emergencies found | false alarms at look-alikes |", "|---|---|---|"]
    rows += [f"| {o.name} | {o.found} | {o.false_alarms} |" for o in outcomes]
    return "\n".join(rows) + "\n"


def _memory() -> int:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Print the table. Returns 0, or 2 when medspaCy is not installed."""
    warnings.filterwarnings("ignore")
    reader = Reader(load())
    named = Named(reader)
    try:
        began, memory = time.perf_counter(), _memory()
        peer = context(named)
        loading, memory = time.perf_counter() - began, _memory() - memory
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "medspacy":
            raise
        sys.stderr.write("medspaCy is not installed; it comes with the development packages: make setup-dev\n")
        return 2
    outcomes = [
        measure("nothing: whatever is named", lambda text: {id_ for id_, _, _ in named(text)}),
        measure("medspaCy's default ConText", peer),
        measure("the same, no cue within a sign", context(named, prune=True)),
        measure("Unknot", ours(reader)),
    ]
    sys.stdout.write(table(outcomes))
    sys.stdout.write(f"medspaCy took {loading:.1f} s and {memory} MB more, with spaCy already there.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
