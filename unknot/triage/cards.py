"""A plan as cards: what to do now in at most three steps, then today, medicine, when it eases, when to get help.

Nobody in pain reads a leaflet. The first card is the text of a plan; the rest is sent in parts when asked for, each
at most `MOST_WORDS` long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from unknot.knowledge.loader import Knowledge
from unknot.knowledge.schema import Level, Region
from unknot.triage.engine import Assessment, join
from unknot.triage.plan import MEDICINE, Plan, PlanItem, Withheld, by_reason

MOST_WORDS = 150
MOST_STEPS = 3
MOST_STEPS_URGENT = 2
NOW, TODAY, MEDICINES, EASING, HELP = "now", "today", "medicine", "easing", "help"
PAINKILLER = "painkiller"
_GROUPS = ((TODAY, "first"), (MEDICINES, MEDICINE), (EASING, "later"))
_SEVERE, _MODERATE = 7, 4  # from these scores on


@dataclass(frozen=True)
class Card:
    """A part of a plan. `steps` are remedy ids; `lines` are paragraphs, each of which stays whole."""

    id: str
    title: str
    steps: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)


def make_cards(
    made: Plan, assessment: Assessment, knowledge: Knowledge, region: Region, tried: Sequence[str] = ()
) -> tuple[Card, ...]:
    """The cards of a plan, in the order to read them. Cards that would be empty are left out."""
    now = _now(made, assessment, knowledge, region, tried)
    rest = [card for name, group in _GROUPS if (card := _group(name, group, made, knowledge, now.steps))]
    return (now, *rest, _help(knowledge))


def parts(cards: Sequence[Card], knowledge: Knowledge) -> list[tuple[str, str]]:
    """(card id, text) of everything behind the first card, divided so that no text is longer than `MOST_WORDS`."""
    m = knowledge.messages
    found = [(card.id, text) for card in cards if card.id != NOW for text in _divided(card)]
    last = len(found) - 1
    return [(name, f"{text}\n{m['card_end' if i == last else 'card_next']}") for i, (name, text) in enumerate(found)]


def watch(knowledge: Knowledge, region: Region, message: str = "card_watch") -> str:
    """The one thing to watch for, with whom to call."""
    number = region.emergency_number or knowledge.messages["card_watch_unknown"]
    return knowledge.messages[message].format(number=number)


def steps_now(made: Plan, knowledge: Knowledge, tried: Sequence[str] = ()) -> tuple[PlanItem, ...]:
    """What to do first: one remedy of each kind, in the order for this strength of pain, without what was tried."""
    kinds = knowledge.ids[_order(made.severity)]
    open_items = [item for item in made.remedies if item.id not in tried and stands_alone(item)]
    found = [item for kind in kinds if (item := next((i for i in open_items if i.step == kind), None))]
    return tuple(found[: MOST_STEPS_URGENT if made.level is Level.URGENT else MOST_STEPS])


def choice_of(item: PlanItem, made: Plan) -> tuple[PlanItem, ...]:
    """A remedy with its alternatives that may be taken without asking first."""
    return tuple(i for i in made.remedies if i.choice == item.choice and stands_alone(i)) if item.choice else (item,)


def step_line(item: PlanItem, made: Plan, knowledge: Knowledge) -> str:
    """A step in a breath; medicines are a choice."""
    if item.group != MEDICINE:
        return item.short
    titles = [option.title.split(" (")[0] for option in choice_of(item, made)]
    return knowledge.messages["card_medicine_step"].format(titles=join(titles, knowledge.messages["or"]))


def _order(severity: int | None) -> str:
    if severity is None or _MODERATE <= severity < _SEVERE:
        return "steps_moderate"
    return "steps_severe" if severity >= _SEVERE else "steps_mild"


def stands_alone(item: PlanItem) -> bool:
    """Whether somebody may do it without asking anyone: a medicine needs a dose that may be given."""
    return item.group != MEDICINE or (item.dosed and not item.ask_first)


def _now(made: Plan, assessment: Assessment, knowledge: Knowledge, region: Region, tried: Sequence[str]) -> Card:
    m = knowledge.messages
    urgent = made.level in (Level.URGENT, Level.EMERGENCY)
    steps = steps_now(made, knowledge, tried)
    lines = [f"{m['card_level'].format(level=m[f'level_{made.level.value}'])}"]
    if urgent:
        lines += _whom_to_call(made, assessment, knowledge, region)
    if steps:
        lines.append(m["card_now_urgent"] if urgent else f"{m['card_now']}:")
    lines += [f"{number}. {step_line(item, made, knowledge)}" for number, item in enumerate(steps, 1)]
    lines += [watch(knowledge, region), m["card_more_urgent" if urgent else "card_more"]]
    ids = [option.id for item in steps for option in (choice_of(item, made) if item.group == MEDICINE else (item,))]
    return Card(NOW, m["card_now"], tuple(ids), tuple(lines))


def _whom_to_call(made: Plan, assessment: Assessment, knowledge: Knowledge, region: Region) -> Iterator[str]:
    m = knowledge.messages
    yield m["card_urgent"].format(urgent_line=region.urgent_line)
    place = " " + m["card_say_place"].format(place=m[f"location_{made.location}"]) if made.location else ""
    severity = "" if made.severity is None else m["card_say_severity"].format(severity=made.severity)
    signs = assessment.labels or _named(assessment.findings, knowledge)
    if signs:
        yield m["card_say"].format(place=place, severity=severity, signs=join(signs))


def _named(ids: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Plain words for findings and conditions; derived facts have none."""
    records = (knowledge.findings.get(i) or knowledge.conditions.get(i) for i in ids)
    return tuple(record.label for record in records if record)


def _group(name: str, group: str, made: Plan, knowledge: Knowledge, shown: Sequence[str]) -> Card | None:
    items = [i for i in made.remedies if i.group == group]
    if name == TODAY:
        # What was shown in a breath stands here in full, after what was not.
        items.sort(key=lambda item: item.id in shown)
    lines = [_line(item) for item in items]
    held = [h for h in made.withheld if h.group == group]
    if name == MEDICINES and held and not items:
        lines.append(knowledge.messages["card_no_medicine"])
    lines += _not_for_you(held, knowledge)
    if not lines:
        return None
    return Card(name, knowledge.messages[f"card_{name}"], tuple(i.id for i in items), tuple(lines))


def _line(item: PlanItem) -> str:
    return f"- {item.title}: {item.how} {item.caution}".rstrip()


def _not_for_you(held: Sequence[Withheld], knowledge: Knowledge) -> list[str]:
    if not held:
        return []
    lines = " ".join(by_reason(held, "answer_held_line", knowledge))
    return [knowledge.messages["card_not_for_you"].format(lines=lines)]


def _help(knowledge: Knowledge) -> Card:
    m = knowledge.messages
    return Card(HELP, m["card_help"], (), (m["plan_safety_net"], m["plan_expect"], m["not_reviewed"]))


def _divided(card: Card) -> list[str]:
    """Texts of at most `MOST_WORDS` with the hint that follows them, each under the card's title."""
    room = MOST_WORDS - _words(card.title) - 10
    return [f"{card.title}:\n" + "\n".join(lines) for lines in _packed(card.lines, room, _words)]


def _packed(lines: Sequence[str], room: int, size: Callable[[str], int]) -> Iterator[list[str]]:
    """Lines in their order, in as few lists as hold at most `room` each; a longer line has one of its own."""
    page: list[str] = []
    used = 0
    for line in lines:
        if page and used + size(line) > room:
            yield page
            page, used = [], 0
        page.append(line)
        used += size(line)
    if page:
        yield page


def _words(text: str) -> int:
    return len(text.split())
