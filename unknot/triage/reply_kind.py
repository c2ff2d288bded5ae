"""Whether a message, as an answer, says yes, no, "I don't know" or "I'd rather not"."""

from __future__ import annotations

from unknot.triage.statement import DENIED
from unknot.triage.turn import Turn

SURE = 0.9  # "well" and "hmm" resemble a yes: only what surely is one answers a question by its intent alone
YES, NO, UNKNOWN, REFUSED = "yes", "no", "unknown", "refused"
_BY_ACT = (
    ({"refuse", "skip"}, REFUSED),
    ({"none"}, NO),
    ({"unknown", "unsure"}, UNKNOWN),
    ({"some_of_these"}, YES),
)
_BY_INTENT = {"affirm": YES, "deny": NO, "unknown": UNKNOWN, "refuse": REFUSED}


def reply_kind(turn: Turn) -> str | None:
    """One of YES, NO, UNKNOWN, REFUSED, or None."""
    acts = turn.acts()
    for names, kind in _BY_ACT:
        if acts & names:
            return kind
    if "yes" in acts and "no" not in acts:
        return YES
    if "no" in acts:
        return NO
    if any(m.certainty != DENIED for m in turn.of("finding")):
        return None  # "I do have some" is no denial, however much it sounds like one
    return _BY_INTENT.get(turn.intent) if turn.confidence >= SURE else None
