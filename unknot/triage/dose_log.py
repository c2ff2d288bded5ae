"""Medicines as they are taken: noted with their time, held against the label, and when the next one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Label, Region, Remedy
from unknot.triage import replies
from unknot.triage.case import Case
from unknot.triage.diary import LOG, Diary, hours_ago, taken, with_diary, within_a_day
from unknot.triage.dose_clock import Clock, clock
from unknot.triage.dose_clock import Taken as Dose
from unknot.triage.doses import above_the_label
from unknot.triage.engine import Assessment
from unknot.triage.episode import Episode, Taken, current, keep
from unknot.triage.plan import may_give_dose, to_ask_about, withheld_among
from unknot.triage.replies import Reply
from unknot.triage.statement import DENIED, OTHER, Statement
from unknot.triage.turn import DAY_MINUTES, Mention, Turn

DOSE, NEXT = "dose", "next_dose"
_HALF_DAY = DAY_MINUTES // 2
_REMEDY = "remedy"


def note(case: Case, turn: Turn, knowledge: Knowledge) -> Case:
    """The case with the doses that a message tells of; what was taken more than a day ago no longer counts."""
    case = _lapsed(case, knowledge)
    told = [m for m in turn.of(DOSE) if m.certainty != DENIED and m.owner != OTHER]
    if not told or not case.at:
        return case
    for mention in told:
        case = _kept(case, _taken(mention, case, turn, knowledge))
    for identity in dict.fromkeys(str(m.value) for m in told):
        case = _told(case, knowledge.remedies[identity], knowledge)
    return case.told(*above_the_label(case, knowledge))


def told_now(before: Case, case: Case) -> tuple[Taken, ...]:
    """The doses of this message."""
    return taken(case)[len(taken(before)) :]


def into(episode: Episode, case: Case) -> tuple[Episode, Case]:
    """A bout that begins takes over what was taken before it."""
    diary = Diary.of(case)
    doses = tuple(Taken(**one) for one in diary.doses)
    return replace(episode, taken=(*episode.taken, *doses)), with_diary(case, replace(diary, doses=()))


def _taken(mention: Mention, case: Case, turn: Turn, knowledge: Knowledge) -> Taken:
    at = _at(mention, case)
    amount = mention.amount
    label = knowledge.remedies[str(mention.value)].label_for("")
    if amount is None and mention.tablets and label is not None:
        amount = float(mention.tablets * label.strength_mg)
    local = (case.at if at is None else at) + case.offset
    minute = None if at is None else local % DAY_MINUTES
    return Taken(str(mention.value), local // DAY_MINUTES, minute, amount, turn.quote(mention), at)


def _at(mention: Mention, case: Case) -> int | None:
    """The moment in minutes since 1970, None where no time was told. A time of the day is the last one that was."""
    if mention.ago is not None:
        return case.at - mention.ago
    if mention.minute is None:
        return None
    step = _HALF_DAY if mention.confidence < 1.0 else DAY_MINUTES
    behind = (case.at + case.offset - mention.minute) % step
    return case.at - behind


def _kept(case: Case, dose: Taken) -> Case:
    episode = current(case)
    if episode is not None:
        return keep(case, replace(episode, taken=(*episode.taken, dose)))
    diary = Diary.of(case)
    return with_diary(case, replace(diary, doses=(*diary.doses, asdict(dose))))


def _told(case: Case, remedy: Remedy, knowledge: Knowledge) -> Case:
    """The medicine as taken today with the mg of 24 hours, in the place of what was read without them."""
    if not remedy.taken_as:
        return case
    case = case.without(
        lambda s: s.what == remedy.taken_as and (s.asked == LOG or (s.message == case.messages and not s.asked))
    )
    mine = _recent(case, remedy, knowledge)
    known = all(one.amount_mg is not None for one in within_a_day(case, remedy.id))
    amount = sum(dose.mg for dose in mine) if known else None
    quote = taken(case)[-1].quote
    return case.told(Statement(remedy.taken_as, amount=amount, quote=quote, message=case.messages, asked=LOG))


def _lapsed(case: Case, knowledge: Knowledge) -> Case:
    """Without what was taken for the last time more than a day ago."""
    logged = {said.what for said in case.statements if said.asked == LOG}
    if not logged or not case.at:
        return case
    fresh = {remedy.taken_as for remedy in knowledge.remedies.values() if within_a_day(case, remedy.id)}
    return case.without(lambda said: said.asked == LOG and said.what not in fresh)


def _recent(case: Case, remedy: Remedy, knowledge: Knowledge, region: str = "") -> list[Dose]:
    """The doses of 24 hours. One without an amount counts as the most that the label allows at one time."""
    label = remedy.label_for(region)
    most = label.dose_mg if label else 0
    mine = within_a_day(case, remedy.id)
    return [Dose(most if one.amount_mg is None else one.amount_mg, hours_ago(one, case)) for one in mine]


@dataclass(frozen=True)
class _Person:
    """Who takes it: what is known, what holds for them, and where they are."""

    before: Case
    case: Case
    assessment: Assessment
    knowledge: Knowledge
    region: Region


def respond(
    before: Case, case: Case, turn: Turn, assessment: Assessment, knowledge: Knowledge, region: Region
) -> list[Reply]:
    """What is said of doses that were told, or of the next one; nothing where the message is about neither."""
    person = _Person(before, case, assessment, knowledge, region)
    new = told_now(before, case)
    if new:
        names = dict.fromkeys(one.what for one in new)
        return [_noted(knowledge.remedies[name], new, person) for name in names]
    if NEXT not in turn.wishes():
        return []
    named = [str(m.value) for m in turn.of(_REMEDY)] or [one.what for one in taken(case)[-1:]]
    known = [knowledge.remedies[name] for name in named if knowledge.remedies[name].labels]
    return [_next(known[0], person)] if known else []


def _noted(remedy: Remedy, new: Sequence[Taken], person: _Person) -> Reply:
    """That it is noted, and what the label says; what speaks against it comes first."""
    m = person.knowledge.messages
    of_it = [one for one in new if one.what == remedy.id]
    name = _name(remedy)
    doses = ", ".join(_words(one, person) for one in of_it)
    said = [m["dose_noted"].format(title=name, doses=doses)]
    if _against(remedy, person):
        said = [*said, m["taken_against_warning"]] if person.before.plan_given else said
    elif _allowed(remedy, person):
        said += _by_the_label(remedy, person)
    return _reply(remedy, " ".join(said), person)


def _words(one: Taken, person: _Person) -> str:
    m = person.knowledge.messages
    amount = m["dose_amount_unknown"] if one.amount_mg is None else m["dose_mg"].format(mg=f"{one.amount_mg:g}")
    return amount if one.minute is None else m["dose_at"].format(amount=amount, time=_time(one.minute))


def _next(remedy: Remedy, person: _Person) -> Reply:
    """Whether another one is within the label, and from when."""
    m, name = person.knowledge.messages, _name(remedy)
    if against := _against(remedy, person):
        return _reply(remedy, m["dose_not_for_you"].format(title=name, because=against), person)
    if not _allowed(remedy, person):
        return _reply(remedy, m["asked_unknown_health"].format(title=name), person)
    if not within_a_day(person.case, remedy.id):
        return _reply(remedy, m["dose_none_noted"].format(title=name, dose=remedy.dose), person)
    return _reply(remedy, " ".join(_by_the_label(remedy, person)), person)


def _against(remedy: Remedy, person: _Person) -> str:
    """What speaks against it, in words, beside that it was taken itself."""
    held = withheld_among([remedy.id], person.assessment, person.knowledge)
    others = [
        other.title.split(" (")[0]
        for other in person.knowledge.remedies.values()
        if other.taken_as == remedy.taken_as and other.id != remedy.id and within_a_day(person.case, other.id)
    ]
    reasons = [
        label
        for item in held
        for identity, label in zip(item.because, item.labels, strict=False)
        if identity != remedy.taken_as
    ]
    return ", ".join([*reasons, *others])


def _allowed(remedy: Remedy, person: _Person) -> bool:
    """Whether a dose may be spoken of to this person."""
    asked_first = to_ask_about([remedy.id], person.assessment, person.knowledge)
    return may_give_dose(person.case, person.assessment) and not asked_first


def _clock(remedy: Remedy, label: Label, person: _Person) -> Clock:
    return clock(_recent(person.case, remedy, person.knowledge, person.region.id), label)


def _by_the_label(remedy: Remedy, person: _Person) -> list[str]:
    label, m = remedy.label_for(person.region.id), person.knowledge.messages
    if label is None:
        return []
    found = _clock(remedy, label, person)
    at = person.case.at + person.case.offset + round(found.next_in_hours * 60)
    days = at // DAY_MINUTES - (person.case.at + person.case.offset) // DAY_MINUTES
    when = m["dose_tomorrow" if days else "dose_today"].format(time=_time(at % DAY_MINUTES))
    said = [m["dose_now" if found.next_in_hours <= 0 else "dose_from"].format(title=_name(remedy), when=when)]
    said.append(m["dose_total"].format(mg=f"{found.taken_mg:g}", most=label.day_mg))
    doses = within_a_day(person.case, remedy.id)
    if any(one.at is None for one in doses):
        said.append(m["dose_time_unknown"])
    if any(one.amount_mg is None for one in doses):
        said.append(m["dose_counted_as"].format(mg=label.dose_mg))
    if found.too_soon:
        said.append(m["dose_too_close"].format(hours=label.hours))
    return [*said, m["dose_label_here"]]


def _reply(remedy: Remedy, text: str, person: _Person) -> Reply:
    """`doses`: what was taken in 24 hours against the label, for machines; `next_at` in minutes since 1970 (UTC)."""
    label = remedy.label_for(person.region.id)
    more: dict[str, object] = {"remedy": remedy.id}
    if label is not None and _allowed(remedy, person) and not _against(remedy, person):
        found = _clock(remedy, label, person)
        next_at = person.case.at + round(found.next_in_hours * 60)
        more |= {"taken_mg": found.taken_mg, "most_mg": label.day_mg, "next_at": next_at}
    return replies.notice("help", text, doses=more, sources=list(remedy.sources))


def _name(remedy: Remedy) -> str:
    plain = remedy.title.split(" (")[0]
    return plain[:1].lower() + plain[1:]


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
