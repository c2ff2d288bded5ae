"""Answers to a list of signs or illnesses: only a clean, universal no closes it; all else is read as it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Ask, Choice, Level
from unknot.triage.case import Case
from unknot.triage.claims import named, quoted
from unknot.triage.derive import UNNAMED_EMERGENCY
from unknot.triage.diary import SIGNS
from unknot.triage.interview import FIRST, MORE, PART, NextAsk, base, build, covered, mark
from unknot.triage.reply_kind import NO, REFUSED, UNKNOWN, YES
from unknot.triage.statement import DENIED, NEW, NOW, OVER, PATIENT, POSSIBLE, STATED, SUPPOSED, Statement
from unknot.triage.turn import Mention, Turn

OWN_WORDS = "own_words"  # an illness or medicine that we do not know, in the person's words
UNNAMED = {FIRST: UNNAMED_EMERGENCY, MORE: "urgent_sign_unnamed", SIGNS: UNNAMED_EMERGENCY}
NONE_OF_THESE = "none_of_these"
# With one of these a no is not said of everything.
_UNCLEAN = frozenset({"hedge", "except", "partly", "cross", "unsure", "unknown", "yes", "counted", "asked_no"})
_ITEM, _NOT_ITEM, _ROW = "item:", "not_item:", "row:"
_EMPHATIC = 3  # "no no no" is one no
_DANGEROUS = (Level.EMERGENCY, Level.URGENT)
_OWN_WORDS_INTENTS = frozenset({"inform", "nlu_fallback", "out_of_scope", "new_episode", "unknown"})


@dataclass(frozen=True)
class Listed:
    """The case with the answer in it; whether the list is answered; whether a yes wants naming."""

    case: Case
    answered: bool = False
    needs_naming: bool = False


def answer(
    case: Case, turn: Turn, waiting: NextAsk, ticked: Sequence[Choice], kind: str | None, knowledge: Knowledge
) -> Listed:
    """Read a message as the answer to a list."""
    ask = knowledge.asks[base(waiting.id)]
    if any(choice.id == NONE_OF_THESE for choice in ticked):
        return _closed(_deny(case, turn, waiting, ask, ()), waiting, ask, knowledge)
    case, lines = _lines(case, turn, waiting)
    case, things = _things(case, turn, waiting, ask, knowledge)
    case, doubted = _doubt_what_is_named(case, turn, waiting, knowledge)
    mentions = named(turn, {*waiting.findings, *ask.conditions, *ask.findings, *ask.conditions})
    said = bool(ticked) or lines or any(m.certainty == STATED for m in mentions) or things
    if _denies_the_rest(turn, kind, mentions) or (ask.conditions and ticked) or things:
        return _closed(_deny(case, turn, waiting, ask, doubted), waiting, ask, knowledge)
    if said:
        # Where conditions are asked about, the rest stays unknown: the plan goes on, without doses.
        return Listed(mark(case, "declined" if ask.conditions else "answered", ask.id), True)
    if kind == YES:
        return _yes(case, turn, waiting, ask)
    if kind in (UNKNOWN, REFUSED):
        # Danger signs are worth asking about twice; the rest is not.
        if ask.id == FIRST and case.asked.count(ask.id) < 2 and kind == UNKNOWN and not _asked_in_parts(case, ask):
            return Listed(case, False, True)
        return Listed(mark(case, "declined", ask.id), True)
    if ask.conditions and _are_own_words(turn, kind, mentions):
        case = _keep_words(case, waiting, quoted(turn.text))
        return Listed(mark(case, "declined", ask.id), True)
    return Listed(case, False, bool(kind == NO and not mentions))


def _asked_in_parts(case: Case, ask: Ask) -> bool:
    return ask.id + PART in case.asked


def _closed(case: Case, waiting: NextAsk, ask: Ask, knowledge: Knowledge) -> Listed:
    """The list, or a part of it, is answered. An illness that we do not know bars doses: it counts as declined."""
    if ask.conditions:
        unknown_thing = _kept_words(case)
        return Listed(mark(case, "declined" if unknown_thing else "answered", ask.id), True)
    whole = waiting.id == ask.id or not build(waiting.id, case, knowledge).choices
    return Listed(mark(case, "answered", ask.id) if whole else case, True)


def _denies_the_rest(turn: Turn, kind: str | None, mentions: Sequence[Mention]) -> bool:
    """A clean no to everything, with or without something named besides."""
    acts = turn.acts()
    if "rest_no" in acts and any(m.certainty == STATED for m in mentions):
        return True
    if kind != NO or acts & _UNCLEAN or any(act.startswith((_ITEM, _NOT_ITEM)) for act in acts):
        return False
    rows = [act.removeprefix(_ROW) for act in acts if act.startswith(_ROW)]
    if any("y" in row or len(row) > _EMPHATIC for row in rows):
        return False
    # "Not pregnant" says no to one of the list and nothing of the others; "no, not pregnant" says no to all.
    by_name = bool(mentions) and all(m.certainty == DENIED for m in mentions) and not acts & {"no", "none"}
    return not by_name


def _deny(case: Case, turn: Turn, waiting: NextAsk, ask: Ask, doubted: Sequence[str]) -> Case:
    """One statement about the list: no to all that it asked about and that is not there or in doubt."""
    asked_about = dict.fromkeys((*waiting.findings, *(c for c in ask.conditions)))
    kept = {i for i in asked_about if case.status(i) == NOW or i in doubted}
    rest = tuple(i for i in asked_about if i not in kept)
    if not rest:
        return case
    said = Statement(ask.id, DENIED, rest, quote=quoted(turn.text), message=case.messages, asked=waiting.id)
    return case.told(said)


def _lines(case: Case, turn: Turn, waiting: NextAsk) -> tuple[Case, bool]:
    """ "The third one", "4 and 5", a row of yes and no: lines of the list by their place.

    Who asks what a line means has not said that it fits: of a sign that becomes a question.
    """
    choices, acts = waiting.choices, turn.acts()
    yes = {int(act.removeprefix(_ITEM)) for act in acts if act.startswith(_ITEM)}
    no = {int(act.removeprefix(_NOT_ITEM)) for act in acts if act.startswith(_NOT_ITEM)}
    for row in (act.removeprefix(_ROW) for act in acts if act.startswith(_ROW)):
        if len(row) == len(choices):
            yes |= {place for place, word in enumerate(row, 1) if word == "y"}
            no |= {place for place, word in enumerate(row, 1) if word == "n"}
    said: dict[str, Any] = {"quote": quoted(turn.text), "message": case.messages, "asked": waiting.id}
    asks = "asks" in acts
    how: dict[str, Any] = {"certainty": POSSIBLE} if asks else {"course": NEW}
    for choice in _at(choices, yes):
        told = (i for i in choice.present if not (asks and case.known(i)))
        case = case.told(*(Statement(i, **how, **said) for i in told))
    denied = tuple(i for choice in _at(choices, no) for i in covered(choice) if not case.known(i))
    if denied:
        case = case.told(Statement(base(waiting.id), DENIED, denied, **said))
    return case, bool(_at(choices, yes)) and not asks


def _at(choices: Sequence[Choice], places: set[int]) -> list[Choice]:
    at = {place if place > 0 else len(choices) for place in places}
    return [choice for place, choice in enumerate(choices, 1) if place in at]


def _things(case: Case, turn: Turn, waiting: NextAsk, ask: Ask, knowledge: Knowledge) -> tuple[Case, bool]:
    """ "Asthma, no": what a trailing no belongs to is there, and the rest is not; of a danger sign it is asked."""
    things = [m for m in turn.of("act") if m.value == "thing_no"]
    if not things or not (ask.conditions or ask.findings):
        return case, False
    said: dict[str, Any] = {"message": case.messages, "asked": waiting.id}
    for thing in things:
        inside = [m for m in named(turn, {*knowledge.findings, *knowledge.conditions}) if m.overlaps(thing)]
        for mention in inside:
            identity = str(mention.value)
            certainty = STATED if identity in knowledge.conditions else POSSIBLE
            if case.status(identity) != NOW:
                case = case.told(Statement(identity, certainty, quote=turn.quote(mention), **said))
        if not inside and not ask.conditions:
            return case, False
        if not inside and not _says_anything(turn, thing):
            case = _keep_words(case, waiting, turn.quote(thing))
    return case, True


def _says_anything(turn: Turn, thing: Mention) -> bool:
    """Whether what stands before the trailing no was read as something else: a place, a number, a yes."""
    others = (m for m in turn.mentions if m.kind not in ("finding", "condition") and m.value != "thing_no")
    return any(m.overlaps(thing) for m in others if not str(m.value).startswith(("rest_no", "numeral:")))


def _doubt_what_is_named(
    case: Case, turn: Turn, waiting: NextAsk, knowledge: Knowledge
) -> tuple[Case, tuple[str, ...]]:
    """A sign that the same message names, even as past or supposed, is asked about before the list counts."""
    doubted = []
    for mention in named(turn, knowledge.findings):
        identity = str(mention.value)
        dangerous = knowledge.findings[identity].floor in _DANGEROUS and mention.owner == PATIENT
        unclear = mention.certainty in (POSSIBLE, SUPPOSED) or (mention.certainty, mention.course) == (STATED, OVER)
        if not dangerous or not unclear or case.status(identity) == NOW:
            continue
        doubted.append(identity)
        if not case.known(identity) and case.status(identity) != "doubtful" and identity in waiting.findings:
            more: dict[str, Any] = {"course": mention.course, "quote": turn.quote(mention)}
            case = case.told(Statement(identity, POSSIBLE, message=case.messages, **more))
    return case, tuple(doubted)


def _yes(case: Case, turn: Turn, waiting: NextAsk, ask: Ask) -> Listed:
    """A bare yes to the emergency signs is acted on; to the other lists it has to be said which."""
    second_time = case.asked.count(ask.id) > 1 or _asked_in_parts(case, ask)
    if ask.id == FIRST or (ask.id in UNNAMED and second_time):
        said = Statement(UNNAMED[ask.id], quote=quoted(turn.text), message=case.messages, asked=waiting.id)
        return Listed(mark(case.told(said), "answered", ask.id), True)
    if second_time:
        return Listed(mark(case, "declined", ask.id), True)
    return Listed(case, True, True)


def _are_own_words(turn: Turn, kind: str | None, mentions: Sequence[Mention]) -> bool:
    """Whether an answer about illnesses names something that we do not know."""
    if kind is not None or mentions or "asks" in turn.acts() or turn.intent not in _OWN_WORDS_INTENTS:
        return False
    facts = [m for m in turn.mentions if m.kind not in ("act", "question")]
    return not facts and any(letter.isalpha() for letter in turn.text)


def _keep_words(case: Case, waiting: NextAsk, words: str) -> Case:
    said: dict[str, Any] = {"quote": quoted(words), "message": case.messages, "asked": waiting.id}
    return case.told(Statement(OWN_WORDS, value=quoted(words), **said))


def _kept_words(case: Case) -> bool:
    """Whether this very message named an illness or medicine that we do not know."""
    said = case.latest(OWN_WORDS)
    return said is not None and said.message == case.messages
