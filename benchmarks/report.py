"""docs/benchmarks.md: goals, figures and pictures, made from what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks import pictures
from benchmarks.goals import Goal, by_clients, goals, spread
from benchmarks.systems import NAMES, PEER, UNKNOT

Results = Mapping[str, Any]
_REMARKS = Path(__file__).with_name("remarks.yml")
_PARTS = {
    "load": "throughput, latency and memory",
    "starts": "start to first answer",
    "training": "training time",
    "size": "installed size",
    "encoding": "a turn against bare encoding",
    "long": "cost over a long conversation",
    "many": "many stored conversations",
}

ABOUT = """\
Made by `make bench`; do not edit. Ratios count here: absolute figures belong to the machine they were measured on.

**Who is compared.** *Unknot* is the complete product as `make serve-rest` starts it: encoder, meaning net, clinical
reading, emergency guard, two processes with the actions of `actions/`. *Rasa's default* is Rasa 3.6.21 with the
pipeline and policies that an empty `config.yml` gets (read out of the installed package: DIET, ResponseSelector, TED
and UnexpecTED with 100 epochs each), with the real TensorFlow, trained on the same domain, rules and stories and on
{examples}, with the same actions behind it. Both talk over Rasa's REST channel on loopback, keep conversations in an
SQLite file, log warnings only, and are started and awaited by the same code. Measurements go back and forth between
the two; each table cell is the median of several rounds with the smallest and the largest in brackets.

**What differs, and whom it favours.** Rasa's default has no clinical reading and no emergency guard: our examples
hold no entity labels, because the reader is not learned, so nothing but the intent reaches the actions and the
peer's conversations stay shorter of facts and plans. It does less work in a turn than ours. It knows no `nlg` and no
policies of ours; `enable_selective_domain` is on for both. Its installed size leaves out the packages that only our
pipeline needs, and packages of features of Rasa that this project does not install (Kafka, CRF, graph drawing). All
of this favours the peer. The load generator runs on the same machine and takes processor time from both alike. Left
to itself Rasa's default keeps conversations in memory and loses them at a restart; here both keep them, the peer
with Rasa's own SQL store.

**The messages** come from `benchmarks/conversations.yml`: six kinds of conversation with places, causes, numbers,
medicines and typing slips drawn by chance with a fixed seed, the very same ones for both. {distinct} of them are
sent only once, so a cache of sentence vectors helps as little as it would with people."""


def write(results: Results, document: Path, images: Path) -> list[Goal]:
    """Writes the document and its pictures; the goals."""
    found = goals(results)
    drawn = pictures.draw(results, images)
    document.parent.mkdir(parents=True, exist_ok=True)
    distinct = f"{100 * results['load'][UNKNOT]['distinct']:.0f} %" if "load" in results else "Most"
    about = ABOUT.format(distinct=distinct, examples=_examples(results))
    parts = ["# Speed, memory and size", "", about, "", _machine(results), "", *_company(results)]
    parts += _table(found) + _missing(results) + _not_reached(found)
    for title, path in drawn.items():
        parts += [f"![{title}]({path.relative_to(document.parent).as_posix()})", ""]
    parts += _load(results) + _training(results) + _many(results) + _size(results)
    document.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")
    return found


def _machine(results: Results) -> str:
    size = results["machine"]
    kind = " A short run (`--quick`): too few rounds to be quoted." if results["quick"] else ""
    return (
        f"Measured on {results['date']} on {size['cores']} cores with {size['memory_gb']} GB of memory, Linux, "
        f"Python {results.get('python', '3.10')}.{kind}"
    )


def _examples(results: Results) -> str:
    told = results.get("training")
    if told and told[PEER]["sample"]:
        return f"a stratified sample of {told[PEER]['examples']} of the examples (see Training, below)"
    return "the same examples"


def _company(results: Results) -> list[str]:
    told = {what: results[part].get("others") for part, what in _PARTS.items() if part in results}
    busy = [f"{what} {cores:.2f}" for what, cores in told.items() if cores is not None]
    if not busy:
        return []
    text = "Cores that other work on the machine kept busy meanwhile, on average: "
    return [f"{text}{'; '.join(busy)}. The two are measured by turns, so both meet the same company.", ""]


def _table(found: list[Goal]) -> list[str]:
    rows = ["## Goals", "", f"| what | {UNKNOT} | {PEER} | ratio | goal | |", "| --- | --- | --- | --- | --- | --- |"]
    for goal in found:
        ratio = f"{goal.ratio:.1f}×" if goal.at_least else f"{goal.ratio:.2f}"
        verdict = "reached" if goal.reached else "**not reached**"
        rows.append(f"| {goal.what} | {goal.ours} | {goal.peer} | {ratio} | {goal.wanted} | {verdict} |")
    return [*rows, ""]


def _missing(results: Results) -> list[str]:
    absent = [what for part, what in _PARTS.items() if part not in results]
    return [f"**Not measured yet:** {'; '.join(absent)}.", ""] if absent else []


def _not_reached(found: list[Goal]) -> list[str]:
    remarks = yaml.safe_load(_REMARKS.read_text(encoding="utf-8")) or {}
    keys = dict.fromkeys(goal.key for goal in found if not goal.reached)
    lines = [f"- {remarks[key]}" for key in keys if key in remarks]
    return ["Why a goal is not reached:", "", *lines, ""] if lines else []


def _load(results: Results) -> list[str]:
    if "load" not in results:
        return []
    rows = ["## Under load", "", "| clients | | turns/s | median ms | 95th percentile ms | processor ms | answered |"]
    rows.append("| --- | --- | --- | --- | --- | --- | --- |")
    for clients in sorted({r["clients"] for r in results["load"][UNKNOT]["rounds"]}):
        for name in NAMES:
            cells = [
                spread(by_clients(results, name, clients, key), "")
                for key in ("throughput", "p50", "p95", "processor")
            ]
            answered = min(by_clients(results, name, clients, "answered"))
            rows.append(f"| {clients} | {name} | {' | '.join(cells)} | {100 * answered:.1f} % |")
    rows += ["", '"Processor" is the processor time of both processes for one turn, which other work on the machine']
    rows += ['disturbs least. "Answered" is the share of messages that got a reply, in the worst round.', ""]
    return rows


def _training(results: Results) -> list[str]:
    if "training" not in results:
        return []
    told = results["training"]
    rows = [(UNKNOT, told[UNKNOT]), (PEER, told[PEER]), *([(UNKNOT, told["all"])] if "all" in told else [])]
    lines = ["## Training", "", "| | examples | wall s | CPU s | load |", "| --- | --- | --- | --- | --- |"]
    for name, cost in rows:
        lines.append(f"| {name} | {cost['examples']} | {cost['wall']:.0f} | {cost['cpu']:.0f} | {cost['load']:.1f} |")
    size = told[PEER]["machine"]
    lines += [
        "",
        "Ours is trained from nothing in each run. The peer's model is kept, and its time is the one noted when it "
        f"was trained, on {size['cores']} cores and {size['memory_gb']} GB. Load is how many processes and threads "
        "ran or wanted to run meanwhile, on average, those of the training among them: where it is above the number "
        "of cores, wall time says little and CPU time is what to compare.",
    ]
    if count := told[PEER]["sample"]:
        lines += ["", *_sampled(count, told)]
    if not told["same_inputs"]:
        lines += ["", "**The peer's model is of an earlier state of the training data.** Ours was trained on that "]
        lines[-1] += "same earlier state for this comparison."
    return [*lines, ""]


def _sampled(count: int, told: Mapping[str, Any]) -> list[str]:
    """What was compared where the peer had a sample of the examples."""
    return [
        f"**A sample was compared, not all of the data.** Both are trained on the same {told[PEER]['examples']} "
        "examples, drawn by chance with a fixed seed and in the proportions of the intents (at least two of each); "
        "domain, rules and stories are complete, and so are the epochs. The reason is time: the peer takes over an "
        f"hour for all of them on this machine. The peer that is measured elsewhere in this document is the one of "
        "the sample too, which can only make it smaller and quicker; ours is the complete product. Made with "
        f"`make bench BENCH=--examples={count}`; `make bench` alone trains the peer on everything.",
    ]


def _many(results: Results) -> list[str]:
    if "many" not in results:
        return []
    told = results["many"]
    rows = [
        "## Many stored conversations",
        "",
        f"Ours on an empty database and with {told['count']} conversations in it.",
    ]
    rows += ["", "| database | what | empty | full | ratio |", "| --- | --- | --- | --- | --- |"]
    rows += [f"| {kind} | {what} | {a:.1f} | {b:.1f} | {b / a:.2f} |" for kind, what, a, b in told["rows"]]
    return [*rows, "", *(f"Not measured: {missing}" for missing in told["missing"]), ""]


def _size(results: Results) -> list[str]:
    if "size" not in results:
        return []
    rows = ["## Installed size", "", "Largest packages of ours, compiled files included:", "", "| folder | MB |"]
    rows.append("| --- | --- |")
    rows += [f"| {name} | {size / 1e6:.0f} |" for name, size in results["size"][UNKNOT]["largest"]]
    return [*rows, ""]
