"""What of Rasa is replaced in a running process: the whole list. `docs/rasa-patches.md` is written from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ALWAYS, WATCHED = "always", "launcher"


@dataclass(frozen=True)
class Patch:
    """`targets` are "module:name" of Rasa's; `test` is the file that holds it; `when` is ALWAYS or WATCHED."""

    targets: tuple[str, ...]
    where: str  # the module that does it
    why: str
    test: str
    when: str = ALWAYS


PATCHES = (
    Patch(
        ("rasa.utils.log_utils:_anonymizer",),
        "unknot.rasa_patches.private_logs",
        "Log entries carry messages, slots and trackers. The step that makes them anonymous is not open source.",
        "tests/launch/test_private_logs.py",
    ),
    Patch(
        ("rasa.core.actions.action:DEFAULT_REQUEST_TIMEOUT",),
        "unknot.rasa_patches",
        "An action may hang for five minutes before anybody is told, and there is no setting for it.",
        "tests/launch/test_rasa_patches.py",
    ),
    Patch(
        ("rasa.utils.endpoints:EndpointConfig.session",),
        "unknot.rasa_patches.quick",
        "Each call of the action server connects anew.",
        "tests/conversations/test_quick.py",
    ),
    Patch(
        ("rasa.core.actions.action:RemoteAction._validate_action_result",),
        "unknot.rasa_patches.quick",
        "The JSON schema of an answer is put together and checked anew for every answer, which takes 20 ms.",
        "tests/conversations/test_quick.py",
    ),
    Patch(
        ("rasa.shared.core.events:Event.resolve_by_type",),
        "unknot.rasa_patches.quick",
        "Walks through all classes of events for each event that it reads.",
        "tests/conversations/test_quick.py",
    ),
    Patch(
        (
            "rasa.core.test:_collect_user_uttered_predictions",
            "rasa.core.test:evaluate_entities",
            "rasa.shared.nlu.training_data.formats.readerwriter:TrainingDataWriter.generate_message",
        ),
        "unknot.rasa_patches.story_tools",
        "`rasa test` and `rasa interactive` fail on entities that overlap or have no place in the text, or on none.",
        "tests/launch/test_rasa_patches.py",
    ),
    Patch(
        (
            "rasa.core.agent:Agent.handle_message",
            "rasa.core.processor:MessageProcessor.handle_message",
            "rasa.core.processor:MessageProcessor._parse_message_with_graph",
            "rasa.core.actions.action:RemoteAction.run",
            "rasa.utils.endpoints:EndpointConfig.request",
        ),
        "unknot.observability.assistant",
        "Turns, reading and calls of actions are measured, and a turn's id goes along; there is no place for it.",
        "tests/observability/test_metrics.py",
        WATCHED,
    ),
)


def as_markdown() -> str:
    """The text of `docs/rasa-patches.md`."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# What of Rasa is ours",
        "",
        "Written from `unknot/rasa_patches/table.py` by `python -m unknot.rasa_patches.table`; a test holds both",
        "equal. `unknot.rasa_patches.apply()` puts all of it in place. The launcher calls it, and the first",
        "component of the pipeline does for a hand-typed `rasa` command; a second call changes nothing.",
        "",
        "What is replaced | by | why | held by | when",
        "---|---|---|---|---",
    )
    for patch in PATCHES:
        names = ", ".join(f"`{target}`" for target in patch.targets)
        yield f"{names} | `{patch.where}` | {patch.why} | `{patch.test}` | {patch.when}"
    yield from (
        "",
        "Beside it, and of Rasa's surroundings: `unknot/rasa_patches/lazy_imports.py` (packages that Rasa imports",
        "and a running assistant never uses are loaded at their first use; without it a start takes 1.8 times the",
        "processor time and some 100 MB more), and `ops/python/` (what lets Rasa import on the libraries of today).",
    )


if __name__ == "__main__":
    from pathlib import Path

    (Path(__file__).parents[2] / "docs" / "rasa-patches.md").write_text(as_markdown(), encoding="utf-8")
