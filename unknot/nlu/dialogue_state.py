"""What the stories see: where the assessment stands, and whether place and strength of the pain are settled.

The emergency guard knows the case as it is after the message, so what it says here is true before any policy looks,
with the action server away too. Rasa's own `from_entity` mappings (domain.yml) put it into the slots:

- an entity `location` or `severity` of the reader gets the role `told` if it holds what the case holds now. A place
  that is denied, somebody else's or overruled in the same message gets none and fills nothing;
- what becomes known or unknown in another way (a tick, a refusal, a new start) stands in an entity `settled`, whose
  role is the name of the slot;
- `phase` is one of `unknot.triage.steps.PHASES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from unknot.knowledge.loader import Knowledge
from unknot.triage.case import Case
from unknot.triage.steps import UNKNOWN, first_facts

PHASE, SETTLED, TOLD = "phase", "settled", "told"
Entity = dict[str, Any]


def with_dialogue_state(
    entities: Sequence[Entity],
    phase: str,
    case: Case,
    slots: Mapping[str, Any],
    knowledge: Knowledge,
    extractor: str,
) -> list[Entity]:
    """The entities of a message and those that the slots are filled from.

    `case` is what is known after the message, `slots` what the slots held before it.
    """
    found = [dict(entity) for entity in entities]
    added = [{"entity": PHASE, "value": phase, "extractor": extractor}]
    for name, value in first_facts(case, knowledge).items():
        told = next(_of_value(found, name, value), None)
        if told is not None:
            told["role"] = TOLD
        elif value != slots.get(name):
            added.append({"entity": SETTLED, "role": name, "value": value, "extractor": extractor})
    return [*found, *added]


def _of_value(entities: Sequence[Entity], name: str, value: Any) -> Iterator[Entity]:
    """The reader's entities that say this, the last first."""
    if value is None or value == UNKNOWN:
        return
    for entity in reversed(entities):
        said = entity.get("entity") == name and entity.get("value") == value
        if said and entity.get("assertion", "present") == "present" and entity.get("experiencer") != "other":
            yield entity
