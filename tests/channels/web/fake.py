"""A scripted assistant behind the real channel: Rasa's tracker and lock stores, no model.

It speaks every payload of the contract in the project's own wording, and misbehaves on request.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from unknot.conversations.tracker import TurnTrackerStore
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level

Payload = dict[str, Any]
ORDER = ("red_flags_first", "location", "severity", "onset", "injury", "age", "safety")


class FakeAgent:
    """Stands where Rasa's agent stands. `hold` keeps turns from ending, as a hung action server does."""

    def __init__(self, database: Path, lock_store: LockStore | None = None) -> None:
        self.tracker_store = TurnTrackerStore(Domain.empty(), db=str(database))
        self.lock_store = lock_store or InMemoryLockStore()
        self.processor = FakeProcessor(self)
        self.ready = True
        self.hold = asyncio.Event()
        self.turns = 0
        self.texts: list[str] = []

    def is_ready(self) -> bool:
        """As Rasa's agent."""
        return self.ready

    async def handle_message(self, message: UserMessage) -> None:
        """As Rasa's agent."""
        async with self.lock_store.lock(message.sender_id, wait_time_in_seconds=0.05):
            await self.processor.handle_message(message)


class FakeProcessor:
    """Stands where Rasa's processor stands."""

    def __init__(self, agent: FakeAgent) -> None:
        self.agent = agent
        self.tracker_store = agent.tracker_store

    async def handle_message(self, message: UserMessage) -> None:
        """One turn: replies go out one by one, the tracker is saved at the end, as Rasa does it."""
        self.agent.turns += 1
        self.agent.texts.append(message.text)
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        asked = _last_asked([event.as_dict() for event in tracker.events])
        tracker.update(
            UserUttered(
                message.text,
                input_channel=message.input_channel,
                message_id=message.message_id,
                metadata=message.metadata,
            )
        )
        for pause, payload in script(message.text, asked):
            if pause:
                await asyncio.sleep(pause)
            if payload is None:
                await self.agent.hold.wait()
                continue
            event = BotUttered(data={"custom": payload})
            tracker.update(event)
            await message.output_channel.send_response(message.sender_id, event.message())
        tracker.update(ActionExecuted("action_listen"))
        await self.tracker_store.save(tracker)


def _last_asked(events: list[Payload]) -> str:
    for event in reversed(events):
        custom = (event.get("data") or {}).get("custom") or {}
        if event.get("event") == "bot" and custom.get("type") == "ask":
            return str(custom["ask"])
    return ""


def script(text: str, asked: str) -> list[tuple[float, Payload | None]]:
    """What the turn says: pauses before, and payloads; None waits until the hold is released."""
    low = text.lower()
    for words, replies in COMING.items():
        if words in low:
            return [(0, reply) for reply in replies()]
    if "still" in low:
        return [(0, {**triage("emergency", "My advice stays.", ("urinary_retention",)), "number": "911"})]
    if re.search(r"cannot pee|chest pain|legs are weak", low):
        return [(0, emergency()), (0, emergency_why())]
    if "hang" in low and "chest" not in low:
        return [(0, emergency()), (0, None), (0, emergency_why())]
    if "slow" in low:
        return [(0.4, answer("spasm_duration")), (0.4, ask("location"))]
    if "boom" in low:
        raise RuntimeError(f"the text was {text}")
    if "silence" in low:
        return []
    if "plain" in low:
        return [(0, {"type": "future_type", "text": "A type this page has never heard of."})]
    if "echo" in low:
        return [(0, {"type": "answer", "question": "fast_relief", "sources": [], "text": text})]
    if "end it all" in low:
        return [(0, notice("crisis", load().regions["us"].crisis_text))]
    if "human" in low:
        return [(0, notice("bot_challenge", "I am a program. No person reads this."))]
    if "false alarm" in low:
        taken_back = notice("corrected", "Good that this does not fit you.")
        return [(0, {**taken_back, "lifts": "emergency"})]
    if "urgent" in low:
        return [(0, triage("urgent", "See a clinician today."))]
    if "see someone" in low:
        return [(0, triage("see_clinician", "Book a visit in the next days."))]
    if "relief" in low or "heat" in low:
        back = [(0.0, ask(asked))] if asked in ORDER else []
        return [(0, answer("fast_relief")), *back]
    if "summary" in low:
        return [(0, summary())]
    if "start over" in low:
        return [(0, {**notice("help", "Let us begin again. What is your back doing?"), "lifts": "emergency"})]
    if asked.startswith("confirm:"):
        return [(0, {**notice("corrected", "Then I take that back."), "lifts": "emergency"})]
    if asked in ORDER and ORDER.index(asked) + 1 < len(ORDER):
        following = ORDER[ORDER.index(asked) + 1]
        return [(0, ask(following, ["heat"] if following == "severity" else []))]
    if asked:
        return [(0, triage("self_care", "This can be treated at home.")), (0, plan()), (0, summary())]
    return [(0, notice("greeting", "That sounds painful. I can help you ease it.")), (0, ask(ORDER[0]))]


def exits() -> list[Payload]:
    """An emergency whose second message offers the ways out of it."""
    titles = {"called": "I called", "gone": "I had it, it has gone", "never": "I never had it, you misread me"}
    choices = [{"id": key, "title": title} for key, title in titles.items()]
    return [emergency(), {**emergency_why(), "choices": choices}]


def confirming() -> list[Payload]:
    """The question that an emergency waits for once it was denied in passing."""
    choices = [{"id": "gone", "title": "I had it, it has gone"}, {"id": "never", "title": "I never had it"}]
    return [
        triage("emergency", "My advice stays.", ("urinary_retention",)),
        {
            **{"type": "ask", "text": "What fits?", "asks": ["red_flags"], "ask": "confirm:urinary_retention"},
            **{"choices": choices, "findings": ["urinary_retention"]},
        },
    ]


def first_card(without: tuple[str, ...] = ()) -> Payload:
    """A plan whose text is its first card only, with a choice of medicines and a dose clock."""
    whole = plan()
    remedies = [remedy for remedy in whole["remedies"] if remedy["id"] not in without]
    for remedy in remedies:
        if remedy["group"] == "medicine":
            remedy["choice"] = "medicine"
        if remedy["id"] == "acetaminophen":
            remedy["clock"] = {"next_at": 1_700_000_000, "taken": 4, "most": 6}
    held = [{"id": one, "because": ["anticoagulant"], "why": f"{one}, because of a blood thinner"} for one in without]
    now = " ".join(f"{remedy['title']}." for remedy in remedies[:3])
    text = f"Do this now: {now} Say more for the rest."
    return {**whole, "text": text, "remedies": remedies, "withheld": [*whole["withheld"], *held]}


COMING: dict[str, Callable[[], list[Payload]]] = {
    "numb down there": exits,
    "not really": confirming,
    "card please": lambda: [first_card(), summary()],
    "warfarin": lambda: [first_card(("side_lying",))],
    "tell me more": lambda: [{**first_card(), "text": "The rest of the plan in a few words.", "part": 2}],
    "not safe": lambda: [
        {
            **notice("crisis", load().regions["us"].crisis_text),
            "choices": [{"id": "safe", "title": "I am safe now"}, {"id": "unsafe", "title": "I am not safe"}],
        }
    ],
    "break down": lambda: [notice("error", "Something in me is not working. Write again in a minute.")],
}


def ask(record: str, meanwhile: list[str] | None = None) -> Payload:
    """An ask of asks.yml, its text with the choices spelled out for channels without buttons."""
    known = load().asks[record]
    lead = " ".join(load().remedies[remedy].how for remedy in meanwhile or ())
    choices = [{"id": choice.id, "title": choice.title} for choice in known.choices]
    if known.none_of_these:
        choices.append({"id": "none_of_these", "title": "None of these"})
    payload: Payload = {
        "type": "ask",
        "text": "\n".join([f"{lead} {known.text}", *(f"- {choice['title']}" for choice in choices)]),
        "asks": list(known.asks),
        "ask": known.id,
        "prompt": known.text,
        "lead": lead,
        "why": known.why,
        "remaining": len(ORDER) - 1 - ORDER.index(record),
        "multiple": known.none_of_these,
        "findings": list(known.findings),
    }
    more = {"choices": choices, "meanwhile": meanwhile}
    return {**payload, **{key: value for key, value in more.items() if value}}


def links(sources: tuple[str, ...]) -> list[dict[str, str]]:
    """Sources as the assistant gives them."""
    found = [load().sources[source] for source in sources]
    return [{"id": one.id, "body": one.body, "title": one.title, "url": one.url} for one in found]


def answer(question: str) -> Payload:
    """An answer of the knowledge."""
    known = load().questions[question]
    sources = {"sources": list(known.sources), "links": links(known.sources)}
    return {"type": "answer", "text": known.text, "question": question, **sources}


def notice(kind: str, text: str) -> Payload:
    """A notice."""
    return {"type": "notice", "notice": kind, "text": text}


def triage(level: str, text: str, findings: tuple[str, ...] = ()) -> Payload:
    """A disposition."""
    title = load().messages[f"level_{level}"]
    decided = {"findings": list(findings), "rules": [], "sources": []}
    return {"type": "triage", "level": level, "title": title, "text": text, **decided}


def emergency() -> Payload:
    """The first message of an emergency."""
    return {**triage("emergency", load().regions["us"].emergency_text), "number": "911"}


def emergency_why() -> Payload:
    """The second one, from an action."""
    text = "Why: trouble peeing with back pain can mean pressure on nerves."
    return triage("emergency", text, ("urinary_retention",))


def plan() -> Payload:
    """A plan of the knowledge's remedies, in two groups."""
    chosen = [
        remedy
        for remedy in sorted(load().remedies.values(), key=lambda remedy: remedy.rank)
        if Level.SELF_CARE in remedy.levels and remedy.id not in ("ibuprofen", "naproxen")
    ]
    remedies = [
        {
            "id": remedy.id,
            "title": remedy.title,
            "group": remedy.group,
            "group_title": load().messages[f"plan_group_{remedy.group}"],
            "how": remedy.how,
            "caution": remedy.caution or None,
            "sources": list(remedy.sources),
            "links": links(remedy.sources),
            "drawings": list(remedy.drawings),
        }
        for remedy in chosen
    ]
    because = load().conditions["anticoagulant"].label
    withheld = [
        {"id": one, "because": ["anticoagulant"], "why": f"{load().remedies[one].title}: because of {because}"}
        for one in ("ibuprofen", "naproxen")
    ]
    return {
        "type": "plan",
        "text": "Here is what to try, in this order.",
        "level": "self_care",
        "location": "upper",
        "side": "left",
        "severity": 7,
        "remedies": remedies,
        "withheld": withheld,
        "safety_net": load().messages["plan_safety_net"],
    }


def summary() -> Payload:
    """A summary with something of everything."""
    facts = [
        ("Where", "upper back, left"),
        ("How bad", "7 of 10"),
        ("Since", "today"),
        ("Medicines", "a blood thinner"),
        ("Advice", "You can treat this at home for now"),
    ]
    return {
        "type": "summary",
        "text": "\n".join(f"{label}: {value}" for label, value in facts),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "level": "self_care",
        "remedies": ["heat", "walking"],
    }
