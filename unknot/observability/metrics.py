"""Every metric there is, in one place. A label is a name of the program's own, never anything a person gave.

No label names an action, an intent or a finding: that an emergency was explained at a certain second is news about
somebody. Levels are shown in batches (`batched.py`). The dashboard and the alert rules in ops/ use these names.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from unknot.observability.batched import BatchedCounter

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

LEVELS = ("emergency", "urgent", "see_clinician", "self_care")
CHANNELS = ("web", "slack", "rest", "cmdline", "probe")
PHASES = ("lock", "load", "read", "actions", "save")
LIMITS = ("session", "address", "newcomer", "turns", "slack")
FAILURES = ("timeout", "unreachable", "answer")
COMPONENTS = ("channels", "stores", "components", "actions", "privacy", "rasa", "sanic", "other")
REMINDED = ("sent", "late", "shown", "failed", "given_up", "held")
_SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_SHORT = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

TURN_SECONDS = Histogram(
    "unknot_turn_seconds",
    "A whole turn, from the message's arrival at the channel to its saving, waiting included.",
    ["channel"],
    buckets=_SECONDS,
    registry=REGISTRY,
)
PHASE_SECONDS = Histogram(
    "unknot_turn_phase_seconds",
    "A part of a turn, all its pieces together: lock (waiting for the conversation), load, read, actions, save.",
    ["phase"],
    buckets=_SHORT,
    registry=REGISTRY,
)
TURNS_FAILED = Counter("unknot_turns_failed", "Turns that ended in an exception.", ["channel"], registry=REGISTRY)
TURNS_UNDER_WAY = Gauge("unknot_turns_under_way", "Turns begun and not ended.", registry=REGISTRY)
TURNS_WAITING = Gauge(
    "unknot_turns_waiting", "Turns that wait for an earlier one of the same conversation.", registry=REGISTRY
)
LOOP_LAG_SECONDS = Histogram(
    "unknot_loop_lag_seconds",
    "By how much the server was late for an appointment with itself: what everything else waits for.",
    buckets=_SHORT,
    registry=REGISTRY,
)
LEVELS_SAID = BatchedCounter(
    "unknot_levels_said", "Triage levels told to people, shown in batches of 20.", "level", LEVELS
)
REGISTRY.register(LEVELS_SAID)
FALLBACKS = Counter(
    "unknot_fallbacks",
    "Messages without a meaning (nlu), without a rule (rules), or of another topic (topic).",
    ["kind"],
    registry=REGISTRY,
)
CLARIFICATIONS = Counter("unknot_clarifications", "Replies that asked what was meant.", registry=REGISTRY)
APOLOGIES = Counter("unknot_apologies", "Replies that told a person that something failed.", registry=REGISTRY)
ACTION_CALL_SECONDS = Histogram(
    "unknot_action_call_seconds",
    "A call of the action server, as the assistant sees it.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
ACTION_FAILURES = Counter(
    "unknot_action_failures", "Calls of the action server that failed.", ["kind"], registry=REGISTRY
)
ACTION_RUN_SECONDS = Histogram(
    "unknot_action_run_seconds",
    "A call of the action server, as the action server sees it.",
    buckets=_SHORT,
    registry=REGISTRY,
)
RATE_LIMITED = Counter(
    "unknot_rate_limited", "Requests refused because there were too many.", ["limit"], registry=REGISTRY
)
TURNS_BOUND = Gauge(
    "unknot_turns_bound", "Turns that may be under way before further messages are turned away.", registry=REGISTRY
)
TURNS_SHED = Counter(
    "unknot_turns_shed", "Messages turned away because the server had enough to do.", ["urgent"], registry=REGISTRY
)
INBOX_OPEN = Gauge(
    "unknot_inbox_open",
    "Messages that were acknowledged, and are not answered or not delivered yet.",
    ["channel"],
    registry=REGISTRY,
)
DATABASE_TROUBLE = Counter(
    "unknot_database_trouble", "Times the database could not do what it was asked.", ["kind"], registry=REGISTRY
)
SLACK_EVENTS = Counter(
    "unknot_slack_events", "Events that Slack sent, by what became of them.", ["outcome"], registry=REGISTRY
)
SLACK_DELIVERED = Counter(
    "unknot_slack_deliveries", "Messages to people in Slack, by how that went.", ["outcome"], registry=REGISTRY
)
SLACK_UNDELIVERED = Gauge(
    "unknot_slack_undelivered", "Messages that did not get through to Slack and are tried again.", registry=REGISTRY
)
SLACK_LIMITED = Counter("unknot_slack_waits", "Times that Slack asked to wait with further calls.", registry=REGISTRY)
SLACK_CONNECTED = Gauge(
    "unknot_slack_connected", "1 while the websocket to Slack stands; only with Socket Mode.", registry=REGISTRY
)
REMINDERS = Counter(
    "unknot_reminders", "Reminders that people asked for, by what became of them.", ["outcome"], registry=REGISTRY
)
REMINDERS_DUE = Gauge(
    "unknot_reminders_due", "Reminders whose time has come and that were not brought yet.", registry=REGISTRY
)
ERRORS = Counter("unknot_errors", "Log entries of level ERROR and above.", ["component"], registry=REGISTRY)

# Shown as 0 from the first scrape on: a rate over something that appears with its first count misses that count.
for _counter, _values in (
    (TURNS_FAILED, CHANNELS),
    (FALLBACKS, ("nlu", "rules", "topic")),
    (ACTION_FAILURES, FAILURES),
    (RATE_LIMITED, LIMITS),
    (ERRORS, COMPONENTS),
    (TURNS_SHED, ("true", "false")),
    (SLACK_EVENTS, ("taken", "dropped", "uninstalled", "revoked")),
    (SLACK_DELIVERED, ("sent", "failed", "given_up")),
    (DATABASE_TROUBLE, ("away", "damaged")),
    (REMINDERS, REMINDED),
):
    for _value in _values:
        _counter.labels(_value)


def one_of(value: str, known: tuple[str, ...]) -> str:
    """The value if it is known, else "other": nothing from outside becomes a label."""
    return value if value in known else "other"
