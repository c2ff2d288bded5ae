"""Runs scenarios that are written as data.

Keys of a turn: `say`; `use` (a fragment instead); `types` (payload types in order); `first` (keys of the first
payload); `ask` (a contract ask id that is asked last); `no_ask`; `level` (of a triage payload); `not_level`;
`finding` (named by a triage payload); `answer` (question ids, in order); `answers` (in any order); `notice`; `text`
(found in any text); `meanwhile` (remedies offered with the question); `summary`; `plan` with `location`, `severity`,
`level`, `withheld` (remedies left out), `without` (remedies not in it), `text`; `notes` (for the reader).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

HERE = Path(__file__).parent
SCHEMA = json.loads((HERE.parents[1] / "unknot" / "knowledge" / "reply.schema.json").read_text())
FRAGMENTS: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "fragments.yml").read_text())
KEYS = {
    "say",
    "use",
    "types",
    "first",
    "ask",
    "no_ask",
    "level",
    "not_level",
    "finding",
    "answer",
    "answers",
    "notice",
}
KEYS |= {"text", "meanwhile", "summary", "plan", "notes"}
Payload = dict[str, Any]


def scenarios() -> list[dict[str, Any]]:
    """All scenarios of this folder."""
    files = sorted(path for path in HERE.glob("*.yml") if path.name != "fragments.yml")
    return [scenario for path in files for scenario in yaml.safe_load(path.read_text())]


def unfold(turns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Turns with fragments put in their place."""
    for turn in turns:
        assert set(turn) <= KEYS, f"unknown keys in {turn}"
        if "use" in turn:
            yield from unfold(FRAGMENTS[turn["use"]])
        else:
            yield turn


def run(scenario: dict[str, Any], say: Callable[[str], list[Payload]]) -> None:
    """Say each turn and check the replies; the failure shows the conversation so far."""
    so_far: list[str] = []
    for turn in unfold(scenario["turns"]):
        replies = say(turn["say"])
        so_far += [f"> {turn['say']}", *(f"    {_brief(reply)}" for reply in replies)]
        for reply in replies:
            jsonschema.validate(reply, SCHEMA)
        problem = check(turn, replies)
        assert problem is None, "\n".join([problem or "", *so_far])


def check(turn: dict[str, Any], replies: list[Payload]) -> str | None:
    """What is not as expected, or None."""
    by_type: dict[str, list[Payload]] = {}
    for reply in replies:
        by_type.setdefault(reply["type"], []).append(reply)
    asks = by_type.get("ask", [])
    levels = [reply["level"] for reply in by_type.get("triage", [])]
    questions = [reply["question"] for reply in by_type.get("answer", [])]
    found = [finding for reply in by_type.get("triage", []) for finding in reply["findings"]]
    texts = "\n".join(reply["text"] for reply in replies)
    checks: dict[str, Callable[[Any], bool]] = {
        "types": lambda want: [reply["type"] for reply in replies] == want,
        "first": lambda want: bool(replies) and want.items() <= replies[0].items(),
        "ask": lambda want: bool(asks) and want in asks[-1]["asks"],
        "no_ask": lambda want: not asks,
        "level": lambda want: want in levels,
        "not_level": lambda want: want not in levels,
        "finding": lambda want: want in found,
        "answer": lambda want: questions == want,
        "answers": lambda want: sorted(questions) == sorted(want),
        "notice": lambda want: want in [reply["notice"] for reply in by_type.get("notice", [])],
        "text": lambda want: want in texts,
        "meanwhile": lambda want: bool(asks) and set(want) <= set(asks[-1].get("meanwhile", [])),
        "summary": lambda want: bool(by_type.get("summary")) is want,
        "plan": lambda want: len(by_type.get("plan", [])) == 1 and _plan_fits(by_type["plan"][0], want),
    }
    if not replies:
        return "no reply at all"
    failed = [f"{key}: {turn[key]!r}" for key in turn if key in checks and not checks[key](turn[key])]
    return f"expected {', '.join(failed)} after {turn['say']!r}" if failed else None


def _plan_fits(plan: Payload, want: dict[str, Any]) -> bool:
    withheld = {item["id"] for item in plan["withheld"]}
    offered = {item["id"] for item in plan["remedies"]}
    return (
        all(plan[key] == want[key] for key in ("location", "severity", "level") if key in want)
        and set(want.get("withheld", ())) <= withheld
        and not offered & {*want.get("without", ()), *withheld}
        and want.get("text", "") in plan["text"]
    )


def _brief(reply: Payload) -> str:
    kind = reply["type"]
    what = {
        "ask": lambda: reply["asks"],
        "triage": lambda: (reply["level"], reply["findings"]),
        "answer": lambda: reply["question"],
        "notice": lambda: (reply["notice"], reply["text"][:60]),
        "plan": lambda: (reply["level"], reply["location"], reply["severity"], [h["id"] for h in reply["withheld"]]),
        "summary": lambda: reply["level"],
    }[kind]()
    return f"{kind} {what}"
