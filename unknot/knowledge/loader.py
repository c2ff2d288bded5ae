"""Reads the YAML files of this folder into frozen records, and refuses anything that does not fit.

Unknown and missing keys, wrong types, ids given twice and ids that lead nowhere raise `KnowledgeError`, which
names the file and the record. `load()` reads once per process; nothing is read at import.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from unknot.knowledge.schema import (
    Ask,
    Condition,
    CourseLimit,
    CourseStage,
    Finding,
    Language,
    Level,
    Question,
    Region,
    Remedy,
    Rule,
    Source,
)

HERE = Path(__file__).resolve().parent
_Base: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")


class KnowledgeError(ValueError):
    """The knowledge does not fit its schema; the message names the file, the record and what is allowed."""


@dataclass(frozen=True)
class Knowledge:
    """Everything the assistant knows. Each mapping goes from an id to its record and cannot be changed."""

    sources: Mapping[str, Source]
    questions: Mapping[str, Question]
    findings: Mapping[str, Finding]
    conditions: Mapping[str, Condition]
    rules: Mapping[str, Rule]
    remedies: Mapping[str, Remedy]
    asks: Mapping[str, Ask]
    regions: Mapping[str, Region]
    messages: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, Language] = field(default_factory=dict)
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # ids.yml: closed lists by name
    course_limits: Mapping[str, CourseLimit] = field(default_factory=dict)
    course_stages: Mapping[str, CourseStage] = field(default_factory=dict)


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The knowledge of this folder, read and checked once per process."""
    return load_from(HERE)


def load_from(folder: Path) -> Knowledge:
    """Read and check the knowledge in `folder`, without a cache. Raises `KnowledgeError`."""
    ids = {name: tuple(values) for name, values in _read(folder / "ids.yml").items()}
    questions = _records(sorted((folder / "questions").glob("*.yml")), Question)
    knowledge = Knowledge(
        sources=_records([folder / "sources.yml"], Source),
        questions=questions,
        findings=_records([folder / "findings.yml"], Finding),
        conditions=_records([folder / "conditions.yml"], Condition),
        rules=_records([folder / "rules.yml"], Rule),
        remedies=_records([folder / "remedies.yml"], Remedy),
        asks=_records([folder / "asks.yml"], Ask),
        regions=_records([folder / "regions.yml"], Region),
        messages=_messages(folder / "messages.yml", folder / "messages_course.yml"),
        languages=_records([folder / "languages.yml"], Language),
        ids=types.MappingProxyType(ids),
        course_limits=_part(folder / "course.yml", "limits", CourseLimit),
        course_stages=_part(folder / "course.yml", "stages", CourseStage),
    )
    _check_ids(knowledge)
    return knowledge


def _construct_mapping(loader: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    # PyYAML keeps the last of two equal keys in silence: a record would vanish.
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise KnowledgeError(f"{node.start_mark.name}: the key {key!r} is given twice")
        seen.add(key)
    return dict(yaml.constructor.SafeConstructor.construct_mapping(loader, node, deep=True))


_Loader: Any = type("_Loader", (_Base,), {"construct_mapping": _construct_mapping})
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KnowledgeError(f"{path.name}: the file is missing from {path.parent}") from None
    try:
        return _Loader(text).get_single_data() or {}
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{path.name}: not valid YAML: {error}") from None
    except KnowledgeError as error:
        raise KnowledgeError(f"{path.name}: {error}") from None


def _records(paths: list[Path], kind: type[T]) -> Mapping[str, T]:
    records: dict[str, T] = {}
    for path in paths:
        for raw in _raw_records(path, _read(path)):
            record = _build(kind, raw, f"{path.name}: {raw.get('id')!r}")
            identity = str(raw["id"])
            if identity in records:
                raise KnowledgeError(f"{path.name}: {identity!r} is defined twice")
            records[identity] = record
    return types.MappingProxyType(records)


def _part(path: Path, key: str, kind: type[T]) -> Mapping[str, T]:
    """The records under one key of a file that holds several kinds."""
    content = _read(path)
    if not isinstance(content, dict) or key not in content:
        raise KnowledgeError(f"{path.name}: the key {key!r} is missing")
    built = [_build(kind, raw, f"{path.name}: {raw.get('id')!r}") for raw in _raw_records(path, content[key])]
    return types.MappingProxyType({str(getattr(record, "id", "")): record for record in built})


def _raw_records(path: Path, content: Any) -> Iterator[dict[str, Any]]:
    pairs = content.items() if isinstance(content, dict) else ((None, raw) for raw in content)
    for key, raw in pairs:
        if not isinstance(raw, dict):
            raise KnowledgeError(f"{path.name}: {key or raw!r} is not a record (a mapping of keys)")
        if key is not None and raw.setdefault("id", key) != key:
            raise KnowledgeError(f"{path.name}: the record {key!r} calls itself {raw['id']!r}")
        yield raw


def _build(kind: type[T], raw: Any, where: str) -> T:
    if not isinstance(raw, dict):
        raise KnowledgeError(f"{where}: expected a mapping of keys, found {raw!r}")
    hints = _hints(typing.cast(type, kind))
    fields = {item.name: item for item in dataclasses.fields(typing.cast(Any, kind))}
    if unknown := sorted(str(key) for key in raw if key not in fields):
        raise KnowledgeError(f"{where}: unknown key {', '.join(unknown)}; allowed: {', '.join(fields)}")
    required = [
        name
        for name, item in fields.items()
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in required if name not in raw]:
        raise KnowledgeError(f"{where}: missing key {', '.join(missing)}; required: {', '.join(required)}")
    return kind(**{name: _convert(hints[name], value, f"{where}, key {name!r}") for name, value in raw.items()})


@lru_cache(maxsize=32)
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _convert(hint: Any, value: Any, where: str) -> Any:
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise KnowledgeError(f"{where}: expected a list, found {value!r}")
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, item, where) for item in value)
    if typing.get_origin(hint) is types.UnionType:
        if value is None:
            return None
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        allowed = [member.value for member in hint]
        if value not in allowed:
            raise KnowledgeError(f"{where}: {value!r} is not one of {', '.join(map(str, allowed))}")
        return hint(value)
    # bool is an int to Python, and an unquoted "no" or "yes" is a bool to YAML.
    if not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool):
        raise KnowledgeError(f"{where}: expected {hint.__name__}, found {value!r}; quote words such as no and on")
    if hint is str:
        return value.strip()
    return value


def _messages(*paths: Path) -> Mapping[str, str]:
    messages: dict[str, str] = {}
    for path in paths:
        for key, value in _read(path).items():
            if not isinstance(key, str) or not isinstance(value, str):
                raise KnowledgeError(f"{path.name}: {key!r} must be a text, found {value!r}")
            if key in messages:
                raise KnowledgeError(f"{path.name}: {key!r} is defined twice")
            messages[key] = value.strip()
    return types.MappingProxyType(messages)


def _check_ids(knowledge: Knowledge) -> None:
    """Every id that a record names must exist, and every id that the product promises must have a record."""
    ids = knowledge.ids
    facts = {*knowledge.findings, *knowledge.conditions, *ids["facts"]}
    sources = knowledge.sources
    checks: list[tuple[str, Mapping[str, Any], Callable[[Any], Any], Any]] = [
        ("questions", knowledge.questions, lambda r: r.related, knowledge.questions),
        ("questions", knowledge.questions, lambda r: r.remedies, knowledge.remedies),
        ("conditions", knowledge.conditions, lambda r: (r.kind,), ids["condition_kinds"]),
        ("sources", knowledge.sources, lambda r: (r.read,), ids["read"]),
        ("findings", knowledge.findings, lambda r: r.over_sources, sources),
        ("rules", knowledge.rules, lambda r: (*r.all_of, *r.any_of), facts),
        ("rules", knowledge.rules, lambda r: r.locations, ids["locations"]),
        ("course", knowledge.course_limits, lambda r: r.sources, sources),
        ("course", knowledge.course_stages, lambda r: r.sources, sources),
        ("course", knowledge.course_stages, lambda r: r.keep, knowledge.remedies),
        ("course", knowledge.course_stages, lambda r: (r.message,), knowledge.messages),
        ("remedies", knowledge.remedies, lambda r: r.locations, ids["locations"]),
        ("remedies", knowledge.remedies, lambda r: r.drawings, ids["drawings"]),
        ("remedies", knowledge.remedies, lambda r: (r.group,), ids["plan_groups"]),
        ("remedies", knowledge.remedies, lambda r: [r.step] if r.step else [], ids["steps"]),
        ("remedies", knowledge.remedies, lambda r: [a.about for a in r.asked], ids["asked_about"]),
        ("remedies", knowledge.remedies, lambda r: [i for a in r.asked for i in a.sources], sources),
        ("questions", knowledge.questions, lambda r: [i for v in r.variants for i in v.sources], sources),
        ("questions", knowledge.questions, lambda r: [i for v in r.variants for i in v.any_of], facts),
        ("questions", knowledge.questions, lambda r: [i for v in r.variants for i in v.remedies], knowledge.remedies),
        ("remedies", knowledge.remedies, lambda r: [i for w in r.withheld_by for i in w.any_of], facts),
        ("remedies", knowledge.remedies, lambda r: [i for w in r.ask_first for i in w.any_of], facts),
        ("remedies", knowledge.remedies, lambda r: [i for t in r.taken_against for i in t.any_of], facts),
        (
            "remedies",
            knowledge.remedies,
            lambda r: [i for t in r.taken_against for i in t.sources],
            knowledge.sources,
        ),
        ("remedies", knowledge.remedies, lambda r: [i for x in r.labels for i in x.sources], sources),
        ("remedies", knowledge.remedies, lambda r: [i for x in r.labels for i in x.regions], ids["regions"]),
        ("asks", knowledge.asks, lambda r: r.asks, ids["asks"]),
        ("asks", knowledge.asks, lambda r: r.findings, knowledge.findings),
        ("asks", knowledge.asks, lambda r: r.conditions, knowledge.conditions),
        ("asks", knowledge.asks, lambda r: r.locations, ids["locations"]),
        ("asks", knowledge.asks, lambda r: [i for c in r.choices for i in (*c.present, *c.absent, *c.covers)], facts),
    ]
    checks.append(("languages", knowledge.languages, lambda r: [s.finding for s in r.signs], knowledge.findings))
    checks.append(("languages", knowledge.languages, lambda r: (r.direction,), ids["directions"]))
    for name in ("questions", "findings", "conditions", "rules", "remedies", "regions", "languages"):
        checks.append((name, getattr(knowledge, name), lambda r: r.sources, knowledge.sources))
    for name, records, named, known in checks:
        for record in records.values():
            if dangling := sorted({item for item in named(record) if item not in known}):
                allowed = f"; known: {', '.join(sorted(known))}" if len(known) < 80 else ""
                raise KnowledgeError(f"{name}: {record.id!r} names unknown id {', '.join(dangling)}{allowed}")
    _check_findings(knowledge.findings)
    _check_labels(knowledge.remedies)
    for ask in knowledge.asks.values():
        choices = [choice.id for choice in ask.choices]
        if double := sorted({choice for choice in choices if choices.count(choice) > 1}):
            raise KnowledgeError(f"asks: {ask.id!r} has two choices with the id {', '.join(map(repr, double))}")
    for name in ("questions", "findings", "conditions", "remedies", "regions"):
        if absent := sorted(set(ids[name]) - set(getattr(knowledge, name))):
            raise KnowledgeError(f"{name}: no record for {', '.join(absent)}")


def _check_findings(findings: Mapping[str, Finding]) -> None:
    for finding in findings.values():
        if finding.over_sources and not finding.emergency_when_over:
            raise KnowledgeError(f"findings: {finding.id!r} has over_sources but not emergency_when_over")
        if finding.emergency_when_over and finding.floor is not Level.EMERGENCY:
            raise KnowledgeError(f"findings: {finding.id!r} stays an emergency when over but is none while it lasts")


def _check_labels(remedies: Mapping[str, Remedy]) -> None:
    """A label must hold together: a slip in one number would be told to people as what they may take."""
    for remedy in remedies.values():
        if bool(remedy.labels) != bool(remedy.dose):
            raise KnowledgeError(f"remedies: {remedy.id!r} has a dose without labels, or labels without a dose")
        for label in remedy.labels:
            where = f"remedies: {remedy.id!r}, label of {label.strength_mg} mg"
            first = label.first_dose_mg or label.dose_mg
            if not 0 < label.strength_mg <= label.dose_mg <= first <= label.day_mg:
                raise KnowledgeError(f"{where}: strength, dose, first dose and day must be in rising order")
            if any(amount % label.strength_mg for amount in (label.dose_mg, first, label.day_mg)):
                raise KnowledgeError(f"{where}: an amount is no whole number of tablets")
            if not (0 < label.hours <= 24 and label.days > 0 and label.sources):
                raise KnowledgeError(f"{where}: hours, days or sources are missing")
            if remedy.danger_day_mg is not None and label.day_mg > remedy.danger_day_mg:
                raise KnowledgeError(f"{where}: it allows more than danger_day_mg")
