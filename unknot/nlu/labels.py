"""What a training example of `data/nlu` is labelled with, from its metadata.

`findings` lists what the message says of findings: `chest_pain` (there now), `fever:denied`, `stroke_signs:over`,
`cancer_history:now:other`; `none`: it says nothing of any. Without the key only the absence of a sign of now is
known. `learn: findings` where the intent is a guess that is not to be learnt; `ask`, `voice` and `author` say which
question it answers, how it sounds, and who wrote it (measurements split by author).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_EXAMPLE, METADATA_INTENT
from rasa.shared.nlu.training_data.message import Message

from unknot.encoder.one_pass import EMERGENCY, STATES
from unknot.encoder.readout import Labelled
from unknot.knowledge.loader import load
from unknot.knowledge.schema import Level

FINDINGS = "findings"
NONE = "none"
CRISIS, CRISIS_INTENT = "crisis", "report_crisis"


def states_of(text: str) -> dict[str, str]:
    """States by finding id. Raises ValueError for a state that there is not."""
    found: dict[str, str] = {}
    for item in (part.strip() for part in text.split(",")):
        if item and item != NONE:
            finding, _, state = item.partition(":")
            state, _, owner = (state or "now").partition(":")
            found[finding] = "other" if owner == "other" and state == "now" else state
    if wrong := {state for state in found.values() if state not in STATES}:
        raise ValueError(f"{text!r}: {sorted(wrong)} are none of {STATES}")
    return found


@lru_cache(maxsize=1)
def emergencies() -> frozenset[str]:
    """Findings that are an emergency by themselves."""
    return frozenset(finding.id for finding in load().findings.values() if finding.floor is Level.EMERGENCY)


def labelled(example: Message, merge: Mapping[str, str]) -> Labelled:
    """The labels of an example; `merge`: intents that are trained as another one."""
    intent = example.get(INTENT)
    metadata = example.get(METADATA) or {}
    own = {**(metadata.get(METADATA_INTENT) or {}), **(metadata.get(METADATA_EXAMPLE) or {})}
    states = states_of(str(own[FINDINGS])) if FINDINGS in own else None
    if states is not None and any(s == "now" and f in emergencies() for f, s in states.items()):
        states = {**states, EMERGENCY: "now"}
    if intent == CRISIS_INTENT:
        states = {**(states or {}), CRISIS: "now"}
    elif "crisis" in own:
        states = {**(states or {}), CRISIS: "over"}
    return Labelled(states, None if own.get("learn") == FINDINGS else merge.get(intent, intent))
