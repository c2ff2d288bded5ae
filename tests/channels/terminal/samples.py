"""One payload of every type, and a scripted assistant that answers with them."""

from __future__ import annotations

from typing import Any

GREETING = {
    "type": "notice",
    "notice": "greeting",
    "text": "Hello. This is Unknot, a program, not a clinician.",
}
ANSWER = {
    "type": "answer",
    "question": "heat_or_ice",
    "sources": ["nhs_back_pain"],
    "text": "Either is fine.\n\n- Cold for the first days\n- Warmth once it has settled",
}
RED_FLAGS = {
    "type": "ask",
    "asks": ["red_flags"],
    "findings": ["saddle_numbness", "urinary_retention", "chest_pain"],
    "text": (
        "Do you have any of these now?\n- I feel numb between my legs\n- I cannot pee\n- I have chest pain\n"
        "- None of these"
    ),
    "choices": [
        {"id": "saddle_numbness", "title": "I feel numb between my legs"},
        {"id": "urinary_retention", "title": "I cannot pee"},
        {"id": "chest_pain", "title": "I have chest pain"},
        {"id": "none_of_these", "title": "None of these"},
    ],
}
LOCATION = {
    "type": "ask",
    "asks": ["location"],
    "text": "Where does it hurt most?",
    "choices": [
        {"id": "neck", "title": "Neck"},
        {"id": "upper", "title": "Upper back"},
        {"id": "middle", "title": "Middle of my back"},
        {"id": "lower", "title": "Lower back"},
        {"id": "whole", "title": "All over my back"},
        {"id": "elsewhere", "title": "Somewhere else"},
    ],
}
SEVERITY = {
    "type": "ask",
    "asks": ["severity"],
    "text": "How bad is it from 0 to 10?",
    "choices": [{"id": "mild", "title": "Mild, about 2"}, {"id": "severe", "title": "Severe, about 8"}],
    "meanwhile": ["heat"],
}
LED = {
    "type": "ask",
    "asks": ["onset"],
    "text": "While we talk: keep warm. When did it start? (about 4 more)",
    "lead": "While we talk: keep warm.",
    "prompt": "When did it start?",
    "choices": [{"id": "today", "title": "It started today"}, {"id": "recurrent", "title": "It keeps coming back"}],
}
AGE = {"type": "ask", "asks": ["age"], "text": "How old are you?"}
EMERGENCY = {
    "type": "triage",
    "level": "emergency",
    "findings": ["urinary_retention"],
    "rules": ["cauda_equina"],
    "sources": ["nice_cks"],
    "text": "Call 911 now. No pee with back pain can mean pressed nerves. Do not drive yourself.",
}
URGENT = {
    **EMERGENCY,
    "level": "urgent",
    "text": "See a clinician today.\nFever with back pain needs a look.",
}
SELF_CARE = {
    **EMERGENCY,
    "level": "self_care",
    "findings": [],
    "rules": [],
    "text": "This can be treated at home.",
}
PLAN: dict[str, Any] = {
    "type": "plan",
    "level": "self_care",
    "location": "upper",
    "side": "left",
    "severity": 7,
    "remedies": [
        {
            "id": "heat",
            "title": "Warmth",
            "how": "A warm pack for 15 to 20 minutes.",
            "caution": "Not on broken skin.",
            "sources": ["cochrane_heat"],
        },
        {
            "id": "walking",
            "title": "Short walks",
            "how": "A few minutes each hour.",
            "caution": None,
            "sources": [],
        },
    ],
    "withheld": [{"id": "ibuprofen", "because": ["stomach_ulcer"]}],
    "text": (
        "Here is what to try, in this order.\n\n"
        "1. Warmth\nA warm pack for 15 to 20 minutes.\nCareful: Not on broken skin.\n\n"
        "2. Short walks\nA few minutes each hour.\n\n"
        "Left out: ibuprofen, because of a stomach ulcer.\n\n"
        "If it gets worse, tell me."
    ),
}
SUMMARY = {
    "type": "summary",
    "facts": [{"label": "Where", "value": "upper back, left"}, {"label": "Pain", "value": "7 of 10"}],
    "level": "self_care",
    "remedies": ["heat", "walking"],
    "text": "To take with you:\n- Where: upper back, left\n- Pain: 7 of 10\n- Advised: warmth, short walks",
}
CRISIS = {"type": "notice", "notice": "crisis", "text": "Please call or text 988 now."}
THANKS = {"type": "notice", "notice": "thanks", "text": "You are welcome."}
OUT_OF_SCOPE = {"type": "notice", "notice": "out_of_scope", "text": "I only know about backs."}

EVERY = {
    "greeting": GREETING,
    "answer": ANSWER,
    "red_flags": RED_FLAGS,
    "location": LOCATION,
    "severity": SEVERITY,
    "age": AGE,
    "led": LED,
    "emergency": EMERGENCY,
    "urgent": URGENT,
    "self_care": SELF_CARE,
    "plan": PLAN,
    "summary": SUMMARY,
    "crisis": CRISIS,
    "thanks": THANKS,
    "out_of_scope": OUT_OF_SCOPE,
}


def reply(text: str) -> list[dict[str, Any]]:
    """What the scripted assistant says to `text`: a short conversation to a plan, or to an emergency."""
    said = text.casefold()
    if "pee" in said or "911" in said:
        return [EMERGENCY]
    script: dict[str, list[dict[str, Any]]] = {
        "hi": [GREETING, RED_FLAGS],
        "none of these": [LOCATION],
        "upper back": [SEVERITY],
        "7": [AGE],
        "40": [SELF_CARE, PLAN],
        "summary": [SUMMARY],
        "ice or heat?": [ANSWER],
        "late": [THANKS, EMERGENCY],
    }
    if said in script:
        return script[said]
    return [EVERY[said]] if said in EVERY else [OUT_OF_SCOPE]
