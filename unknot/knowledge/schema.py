"""The shape of everything clinical, as frozen dataclasses.

The loader derives the allowed YAML keys from these fields: a key that is not a field raises, a missing field without
a default raises, and every id that a record names must exist. Text fields are what a person reads; nothing in Python
adds to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Dispositions, most urgent first; the order of definition is the order of urgency."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    SEE_CLINICIAN = "see_clinician"
    SELF_CARE = "self_care"

    @property
    def rank(self) -> int:
        """0 for the most urgent level, rising as urgency falls."""
        return list(Level).index(self)


class Strength(StrEnum):
    """How strong the source is for what is said."""

    GUIDELINE = "guideline"  # a national body's recommendation
    TRIALS = "trials"  # systematic review or randomised trials
    LABEL = "label"  # an official medicine label
    OBSERVATIONAL = "observational"  # cohorts, case series
    CONSENSUS = "consensus"  # public-health pages, expert opinion
    WEAK = "weak"  # a low-authority page
    NONE = "none"  # no good evidence found; the text says so


@dataclass(frozen=True)
class Source:
    """Where a statement comes from: the body behind it and its own address."""

    id: str
    body: str
    title: str
    url: str
    strength: Strength
    read: str  # "original": read at this address; "copy": read elsewhere, the body is named; "none": not read
    note: str = ""


@dataclass(frozen=True)
class Variant:
    """A question's deciding sentence for some who ask it: fits when all that it names holds."""

    text: str
    sources: tuple[str, ...]
    any_of: tuple[str, ...] = ()  # finding, condition or derived ids, one of which holds or is asked about
    remedies: tuple[str, ...] = ()  # one of which was asked about
    complete: bool = False  # it is the whole short form: what the general text says would not fit this person


@dataclass(frozen=True)
class Question:
    """One question that people ask and its complete answer. The id is also the Rasa intent."""

    id: str
    title: str  # how a person would ask it, for buttons and "did you mean"
    text: str  # the whole answer in plain words; its first sentence decides: yes, no, ask first or a number, and why
    sources: tuple[str, ...]
    strength: Strength
    items: tuple[str, ...] = ()  # list items of the source document that the text must name, word for word
    related: tuple[str, ...] = ()  # question ids that people ask next
    remedies: tuple[str, ...] = ()  # remedies it speaks of: what is withheld from the person who asks is said first
    brief: str = ""  # what follows that sentence in the short form; empty: the sentences after it
    variants: tuple[
        Variant, ...
    ] = ()  # another deciding sentence for who asks or for what; the first that fits counts


@dataclass(frozen=True)
class Finding:
    """A symptom or fact that triage weighs."""

    id: str
    floor: Level  # the least urgent level it may ever get
    label: str  # noun phrase, fits "because of {label}": "numbness between the legs"
    statement: str  # first person, the title of a choice: "I feel numb between my legs"
    question: str  # one direct yes/no question in everyday words
    sources: tuple[str, ...]
    emergency_when_over: bool = False  # it stays an emergency after it has passed
    over_sources: tuple[str, ...] = ()  # where that stands; empty: kept an emergency out of caution alone
    ask_unless_worded: bool = False  # read from the sense of a message and from none of its words, it is asked about
    new_question: str = ""  # asked instead of the message `new_question` where "new or worse" does not fit


@dataclass(frozen=True)
class Condition:
    """A condition, medicine or allergy that decides what is withheld."""

    id: str
    kind: str  # "condition", "medicine" or "allergy"
    label: str  # fits "because of {label}": "a blood thinner"
    statement: str  # first person, the title of a choice: "I take a blood thinner"
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A triage rule: fires when every id in `all_of` and at least one in `any_of` (if given) is present."""

    id: str
    level: Level
    because: str  # a short clause in plain words: "numbness there can mean pressure on the nerves to the bladder"
    sources: tuple[str, ...]
    all_of: tuple[str, ...] = ()  # finding, condition or injury ids
    any_of: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()  # empty: any
    min_severity: int | None = None  # 0 to 10


@dataclass(frozen=True)
class Withhold:
    """Why a remedy is withheld, or wants a word with a professional first: any of `any_of` is present."""

    any_of: tuple[str, ...]
    because: str  # plain words


@dataclass(frozen=True)
class Label:
    """What the label of one strength of a non-prescription medicine allows an adult. All amounts in mg."""

    strength_mg: int  # in one tablet
    dose_mg: int  # most at one time
    day_mg: int  # most in 24 hours
    hours: int  # fewest between two doses
    sources: tuple[str, ...]
    first_dose_mg: int = 0  # most within the first hour, where the label allows more than `dose_mg`; 0: no more
    days: int = 10  # most days in a row without asking a doctor
    regions: tuple[str, ...] = ()  # where this label counts; empty: wherever no other label of the remedy does


@dataclass(frozen=True)
class TakenAgainst:
    """What to do now when a remedy was taken although any of `any_of` speaks against it.

    `text` may hold "{urgent_line}", the region's line for help today.
    """

    any_of: tuple[str, ...]
    level: Level  # urgent: call today; see_clinician: ask before the next one
    text: str  # take no more, and whom to ask
    watch: str  # what to watch for, and what to do then
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """The sentence that decides a short question about one remedy ("and ice?", "for how long?")."""

    about: str  # one of ids.yml's `asked_about`: may, how_long, how_often, when, why
    text: str  # yes, no, ask first, or a number, with the reason
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Remedy:
    """Something to do, with how, caution and what withholds it."""

    id: str
    title: str
    how: str
    caution: str
    sources: tuple[str, ...]
    strength: Strength
    rank: int  # order in a plan, lowest first
    group: str  # part of a plan: "first", "medicine" or "later"
    levels: tuple[Level, ...]  # levels at which it may be offered
    locations: tuple[str, ...] = ()  # empty: any
    max_severity: int | None = None  # offered up to this pain score
    min_severity: int | None = None  # offered from this pain score
    dose: str = ""  # label dose; given only to adults with every safety question answered and nothing against it
    taken_as: str = ""  # the condition id that says a person has taken it already
    names: tuple[str, ...] = ()  # what people call it, in small letters
    label_mg_in_24_hours: int = 0  # the most that its label allows an adult
    label_hours_between: int = 0  # between two doses
    withheld_by: tuple[Withhold, ...] = ()
    ask_first: tuple[Withhold, ...] = ()  # offered without a dose, with the advice to ask a professional first
    safe_meanwhile: bool = False  # may be offered before the interview is complete
    drawings: tuple[str, ...] = ()  # ids of drawings in web/
    labels: tuple[Label, ...] = ()  # one per strength sold, and per region where labels differ
    danger_day_mg: int | None = None  # all products together in 24 hours: above it labels warn of severe harm
    taken_against: tuple[TakenAgainst, ...] = ()
    short: str = ""  # how and caution in a breath, without a dose: a step of a plan's first card
    step: str = ""  # which step of the first card it can be: one of ids.yml's `steps`; empty: none
    choice: str = ""  # alternatives share it: one of them, never one after the other
    asked: tuple[Asked, ...] = ()  # what a short question about it alone gets

    def label_for(self, region: str, strength_mg: int | None = None) -> Label | None:
        """The label that counts in a region: of this strength, else the strictest; None where there are no labels."""
        here = [label for label in self.labels if region in label.regions]
        here = here or [label for label in self.labels if not label.regions]
        of_strength = [label for label in here if label.strength_mg == strength_mg]
        return min(of_strength or here, key=lambda label: label.day_mg, default=None)


@dataclass(frozen=True)
class Choice:
    """One tappable answer. `title` is sent as the person's words, so it must make sense on its own."""

    id: str
    title: str
    present: tuple[str, ...] = ()  # finding and condition ids it asserts
    absent: tuple[str, ...] = ()  # ids it denies
    covers: tuple[str, ...] = ()  # further ids that its words are about: denied with it, not asserted by it
    value: str = ""  # value of the asked slot: "upper", "8", "10" (days)
    locations: tuple[str, ...] = ()  # only offered for these locations; empty: always
    other: str = ""  # the title where the talk is about somebody else; empty: the same


@dataclass(frozen=True)
class Ask:
    """Something the assistant asks: one question with its reason and choices."""

    id: str  # unique, e.g. "red_flags_first"
    asks: tuple[str, ...]  # contract ask ids
    text: str
    why: str  # answer to "why do you ask?"
    choices: tuple[Choice, ...] = ()
    findings: tuple[str, ...] = ()  # for red flags: the finding ids asked about
    conditions: tuple[str, ...] = ()  # for medicines and the like: condition ids asked about
    none_of_these: bool = False  # adds the choice "None of these", which denies all
    locations: tuple[str, ...] = ()  # only asked for these locations; empty: always
    other: str = ""  # asked about somebody else, with {them} and {their}
    again: str = ""  # the same in other words, with examples, for the second time
    renews: bool = False  # a no to one of the findings holds for the day on which it was said


@dataclass(frozen=True)
class Region:
    """Emergency number and crisis line of a place."""

    id: str  # "us", "uk", "eu", "au", "in", "other"
    name: str
    emergency_number: str  # empty where unknown
    emergency_text: str  # the complete emergency reply
    crisis_text: str  # the complete crisis reply
    urgent_line: str  # whom to call today: "NHS 111", "an urgent care clinic"
    cannot_phone: str  # how to reach emergency help without hearing or speaking
    crisis_line: str  # the number of the crisis line alone, for a button; empty where unknown
    crisis_by_text: str  # the crisis line for those who cannot or will not speak
    emergency_room: str  # what people call it there: "ER", "A&E"
    crisis_line_texts: bool = False  # the same number takes texts
    poison_line: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignLabel:
    """A finding as a noun phrase of a language: "dolor en el pecho"."""

    finding: str
    label: str


@dataclass(frozen=True)
class Language:
    """What is said to a person who writes in a language in which the assistant does not work.

    The texts are templates: `{call}` is `call` with the number of the region, or `call_unknown`; `{because}` is
    `because` with the labels of the signs, or `because_unnamed`; `{line}` is the crisis line.
    """

    id: str  # the name of its lexicon in lexicon/other_languages/
    tag: str  # BCP 47, for screen readers: "es", "hi-Latn"
    direction: str  # "ltr" or "rtl"
    title: str  # of an emergency
    call: str  # a whole sentence with {number}
    call_unknown: str  # the same where the number is not known
    because: str  # {signs}
    because_unnamed: str
    joined: str  # {these} signs and {this} one more
    emergency: str  # {call} and {because}
    standing: str  # {call}; an emergency was told before
    ordinary: str  # {call}; nothing that cannot wait was read
    crisis: str  # {line} and {call}
    crisis_call: str  # {number}
    crisis_call_or_text: str  # {number}
    crisis_call_unknown: str
    signs: tuple[SignLabel, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class CourseLimit:
    """From when on something counts at check-ins: days, points of the pain score."""

    id: str
    value: int
    sources: tuple[str, ...]  # empty: our own, more careful choice


@dataclass(frozen=True)
class CourseStage:
    """A part of a plan that moves on as it gets better; stages stand in that order."""

    id: str
    keep: tuple[str, ...]  # remedy ids that still make sense; empty: all of the plan
    message: str  # id of what is said when the plan gets there
    sources: tuple[str, ...]
