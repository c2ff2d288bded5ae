"""Answers, chosen by question, remedy and person. The first sentence decides; the rest comes with it or on "more".

`Query` is what a message asks. A short question ("and ice?", "for how long?") is understood by the frame of the last
answer; what was answered before is answered shorter, never with the same paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Question, Region, Remedy
from unknot.triage import replies
from unknot.triage.engine import Assessment, join
from unknot.triage.lead import lead_of, paragraphs, split_first
from unknot.triage.plan import MEDICINE, Withheld, to_ask_about, withheld_among
from unknot.triage.replies import Reply
from unknot.triage.thread import ANSWER, Frame, Thread

MAY, HOW_MUCH, WITH, WHY = "may", "how_much", "with", "why"
SIDES = ("how_long", "how_often", HOW_MUCH, "when", WHY, MAY, WITH)
_ABOUT_THE_PAIN = frozenset({"spasm_duration", "when_to_go_to_er"})  # "for how long?" after these is about the pain


@dataclass(frozen=True)
class Query:
    """What a message asks: questions in order, remedies it names, sides of an answer, further illnesses or medicines.

    `elliptical`: it makes sense only with what was said before it, or is about the remedy that it names alone.
    """

    questions: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    elliptical: bool = False


@dataclass(frozen=True)
class Person:
    """Who asks: what holds for them, whether what decides about medicines is known, and where they are."""

    assessment: Assessment
    may_have_dose: bool
    region: Region


@dataclass(frozen=True)
class Decision:
    """A deciding sentence with its sources; `whole`: what the general text says would not fit after it."""

    text: str
    sources: tuple[str, ...]
    whole: bool = True
    held: tuple[Withheld, ...] = ()
    ask_first: tuple[Withheld, ...] = ()


def answers(
    questions: Iterable[str], assessment: Assessment, knowledge: Knowledge, most: int, region: Region | None = None
) -> list[Reply]:
    """At most `most` answers, each question once, in order; names that are no questions are left out."""
    person = Person(assessment, False, region or knowledge.regions["us"])
    return reply(Thread(), Query(tuple(questions)), person, knowledge, most)[1]


def reply(
    thread: Thread, query: Query, person: Person, knowledge: Knowledge, most: int
) -> tuple[Thread, list[Reply]]:
    """Answers to a message, and the thread after them."""
    person = replace(person, assessment=_supposing(person.assessment, query.facts))
    known = [name for name in dict.fromkeys(query.questions) if name in knowledge.questions]
    alone = len(query.remedies) == 1 and not any(query.remedies[0] in knowledge.questions[q].remedies for q in known)
    if (query.elliptical or alone) and (frame := _frame(thread, query, knowledge)):
        return _side(thread, frame, person, knowledge)
    said: list[Reply] = []
    for name in known[:most]:
        thread, answered = _answer(thread, knowledge.questions[name], query, person, knowledge)
        said.append(answered)
    return thread, said


def rest(thread: Thread, knowledge: Knowledge, region: Region) -> Reply | None:
    """What the short form of the last answer left out; None where nothing was left out."""
    question = knowledge.questions.get(thread.question)
    if thread.last != ANSWER or question is None or thread.about:
        return None
    left = paragraphs(question.text)[1:]
    text = replies.in_region("\n\n".join(left), region)
    return replies.answer(question, knowledge, text, part=True) if text else None


def shorter(thread: Thread, knowledge: Knowledge, region: Region) -> str:
    """The last answer in a breath; empty where the last thing said was no answer."""
    question = knowledge.questions.get(thread.question)
    if thread.last != ANSWER or question is None or thread.about:
        return ""
    return replies.in_region(question.brief or split_first(question.text)[0], region)


def _supposing(assessment: Assessment, facts: Sequence[str]) -> Assessment:
    return replace(assessment, present=assessment.present | set(facts))


def _frame(thread: Thread, query: Query, knowledge: Knowledge) -> Frame | None:
    """What a short question is about; None where nothing before it says so."""
    remedy = query.remedies[0] if query.remedies else thread.remedy or _remedy_of(thread.question, knowledge)
    sides = [side for side in SIDES if side in query.sides]
    if not remedy or not sides or remedy not in knowledge.remedies:
        return None
    side = MAY if sides[0] == WITH else sides[0]
    if not query.remedies and (thread.question in _ABOUT_THE_PAIN or (side == MAY and not query.facts)):
        return None
    return Frame(_question_of(remedy, thread.question, knowledge), remedy, side)


def _remedy_of(question: str, knowledge: Knowledge) -> str:
    """The remedy that an answer was about in the first place."""
    record = knowledge.questions.get(question)
    return record.remedies[0] if record and record.remedies else ""


def _question_of(remedy: str, last: str, knowledge: Knowledge) -> str:
    """The question that a remedy belongs to: the last one if it speaks of it, else the most special one."""
    if last in knowledge.questions and remedy in knowledge.questions[last].remedies:
        return last
    about = [q for q in knowledge.questions.values() if remedy in q.remedies]
    return min(about, key=lambda q: len(q.remedies)).id if about else last or "fast_relief"


def _side(thread: Thread, frame: Frame, person: Person, knowledge: Knowledge) -> tuple[Thread, list[Reply]]:
    remedy = knowledge.remedies[frame.remedy]
    decided = decide(remedy, frame.about, person, knowledge)
    question = knowledge.questions[frame.question]
    key = replace(frame, about=f"{frame.about}{_because(decided)}")
    text = _again(thread, key, decided.text, question, knowledge) or decided.text
    said = replies.answer(
        question,
        knowledge,
        replies.in_region(text, person.region),
        sources=decided.sources,
        held=decided.held,
        ask_first=decided.ask_first,
        remedy=remedy.id,
        about=frame.about,
    )
    return thread.answered(key), [said]


def decide(remedy: Remedy, about: str, person: Person, knowledge: Knowledge) -> Decision:
    """The sentence that decides a question about one remedy for one person."""
    m = knowledge.messages
    held = withheld_among([remedy.id], person.assessment, knowledge)
    if held:
        no = _with_reason("asked_no", held[0], knowledge)
        return Decision(f"{no} {m['asked_no_instead']}", remedy.sources, held=held)
    first = to_ask_about([remedy.id], person.assessment, knowledge)
    if first:
        return Decision(_with_reason("asked_first", first[0], knowledge), remedy.sources, ask_first=first)
    if remedy.dose and not person.may_have_dose and about in (MAY, HOW_MUCH):
        message = "asked_how_much_ask" if about == HOW_MUCH else "asked_unknown_health"
        return Decision(m[message].format(title=_named(remedy.title)), remedy.sources)
    if remedy.dose and about == HOW_MUCH:
        return Decision(remedy.dose, remedy.sources)
    known = next((asked for asked in remedy.asked if asked.about == about), None)
    if known is None:
        return Decision(m["asked_nothing_known"], ())
    return Decision(known.text, known.sources, whole=False)


def _with_reason(message: str, held: Withheld, knowledge: Knowledge) -> str:
    return knowledge.messages[message].format(title=_named(held.title), because=join(held.labels), reason=held.reason)


def _named(title: str) -> str:
    """A remedy's title within a sentence, without its brands."""
    plain = title.split(" (")[0]
    return plain[:1].lower() + plain[1:]


def _answer(
    thread: Thread, question: Question, query: Query, person: Person, knowledge: Knowledge
) -> tuple[Thread, Reply]:
    remedy = query.remedies[0] if len(query.remedies) == 1 else ""
    own = _own(question, remedy, query, person, knowledge)
    held = own.held if own else withheld_among(question.remedies, person.assessment, knowledge)
    first = own.ask_first if own else to_ask_about(question.remedies, person.assessment, knowledge)
    first_sentence, _ = split_first(question.text)
    opening = _opening(question, own, first_sentence, held, first, knowledge)
    frame = Frame(question.id, remedy, "|".join(i for item in (*held, *first) for i in item.because))
    again = _again(thread, frame, opening[0], question, knowledge)
    if again:
        text = lead = again
    else:
        whole = own is not None and own.whole
        text = (
            " ".join(opening) + "\n\n" + question.text if opening[0] != first_sentence else _with(opening, question)
        )
        lead = lead_of(opening, question, whole, knowledge.messages["more_words"])
    said = replies.answer(
        question,
        knowledge,
        replies.in_region(text, person.region),
        lead=replies.in_region(lead, person.region),
        sources=tuple(dict.fromkeys((*(own.sources if own else ()), *question.sources))),
        held=held,
        ask_first=first,
        title=replies.in_region(question.title, person.region),
    )
    return replace(thread.answered(frame), about=""), said


def _with(opening: Sequence[str], question: Question) -> str:
    """The text, with what concerns this person behind its first sentence."""
    first, left = split_first(question.text)
    if len(opening) == 1:
        return question.text
    return f"{' '.join((first, *opening[1:]))}\n\n{left}"


def _opening(
    question: Question,
    own: Decision | None,
    first_sentence: str,
    held: Sequence[Withheld],
    ask_first: Sequence[Withheld],
    knowledge: Knowledge,
) -> list[str]:
    """The deciding sentence, then what is not for this person, which comes first in a question about medicines."""
    if own is not None:
        return [own.text]
    personal = replies.not_for_you(held, ask_first, knowledge)
    about_medicines = bool(question.remedies) and all(
        knowledge.remedies[i].group == MEDICINE for i in question.remedies
    )
    if personal and about_medicines:
        return personal
    return [first_sentence, *personal]


def _own(question: Question, remedy: str, query: Query, person: Person, knowledge: Knowledge) -> Decision | None:
    """The deciding sentence for this person or for the remedy asked about; None where the general one fits."""
    for variant in question.variants:
        named = not variant.remedies or set(variant.remedies) & set(query.remedies)
        if named and (not variant.any_of or person.assessment.present & set(variant.any_of)):
            held = withheld_among(question.remedies, person.assessment, knowledge)
            first = to_ask_about(question.remedies, person.assessment, knowledge)
            return Decision(variant.text, variant.sources, variant.complete or bool(held or first), held, first)
    asked = [side for side in SIDES if side in query.sides]
    if remedy in question.remedies and asked:
        return decide(knowledge.remedies[remedy], MAY if asked[0] == WITH else asked[0], person, knowledge)
    return None


def _because(decided: Decision) -> str:
    return "".join(f":{i}" for item in (*decided.held, *decided.ask_first) for i in item.because)


def _again(thread: Thread, frame: Frame, short: str, question: Question, knowledge: Knowledge) -> str:
    """What is said when this was answered before: the deciding sentence alone, then also what is near it."""
    times = thread.times(frame)
    if not times:
        return ""
    if times == 1:
        return knowledge.messages["again_short"].format(short=short)
    near = list(_near(question, knowledge))
    return knowledge.messages["again_shorter"].format(short=short, related=near[times % len(near)])


def _near(question: Question, knowledge: Knowledge) -> Iterator[str]:
    return (knowledge.questions[name].title for name in question.related)
