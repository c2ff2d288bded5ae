"""The steps of the conversation that Rasa runs, thin over `triage`.

Every action returns at least one event: the assistant takes an action without events for one that failed
(`unknot/nlu/action_failure_policy.py`).
"""

from actions.explain_emergency import ActionExplainEmergency
from actions.steps import (
    ActionAnswer,
    ActionAskLocation,
    ActionAskRedFlags,
    ActionAskSeverity,
    ActionCheckIn,
    ActionGivePlan,
    ActionInterview,
    ActionKeepFacts,
)

__all__ = [
    "ActionAnswer",
    "ActionAskLocation",
    "ActionAskRedFlags",
    "ActionAskSeverity",
    "ActionCheckIn",
    "ActionExplainEmergency",
    "ActionGivePlan",
    "ActionInterview",
    "ActionKeepFacts",
]
