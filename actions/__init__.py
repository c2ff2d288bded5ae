"""The steps of the conversation that Rasa runs, thin over `triage`.

Every action returns at least one event: the assistant takes an action without events for one that failed
(`unknot/nlu/action_failure_policy.py`).
"""

from actions.ask import ActionAskLocation, ActionAskRedFlags, ActionAskSeverity, ActionInterview
from actions.assess import ActionAssess
from actions.explain_emergency import ActionExplainEmergency
from actions.keep_facts import ActionKeepFacts

__all__ = [
    "ActionAskLocation",
    "ActionAskRedFlags",
    "ActionAskSeverity",
    "ActionAssess",
    "ActionExplainEmergency",
    "ActionInterview",
    "ActionKeepFacts",
]
