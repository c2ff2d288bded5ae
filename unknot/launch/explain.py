"""Finds the one line in a log that says why a part did not start."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RETRAIN = "train a new one: rm -r models && make train"
_INPUT_ERRORS = (
    "InvalidDomain|YamlException|YamlSyntaxException|YamlValidationException|DomainError|InvalidConfigException"
    "|InvalidPolicyConfig|GraphSchemaException|GraphComponentException|InvalidRule|ModuleNotFoundError"
    "|ImportError|SyntaxError|IndentationError|SettingsError|KnowledgeError"
)


@dataclass(frozen=True)
class _Known:
    """What a program writes, what to tell the person ({0} is the first group), whether it is the end."""

    pattern: str
    sentence: str
    fatal: bool = False


_KNOWN = (
    _Known(r"(This component needs TensorFlow.*)", "{0}", fatal=True),
    _Known(
        r"(?:Could not load model due to|Failed to load model:?)\s*(.*?)\.?$",
        f"the model cannot be loaded ({{0}}); {_RETRAIN}",
        fatal=True,
    ),
    _Known(
        r"(tarfile\.ReadError|ModelNotFound|UnsupportedModelVersionError)",
        f"the model is broken or of another version ({{0}}); {_RETRAIN}",
    ),
    _Known(r"No model found", "there is no trained model; make train"),
    _Known(r"(?i)address already in use", "its port is in use"),
    _Known(rf"^(?:\w+\.)*({_INPUT_ERRORS}): (.*)", "{0}: {1}"),
)
_LAST_RESORT = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception)\w*: .*)$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def explain(log: str, *, fatal_only: bool = False) -> str | None:
    """A sentence about the first known problem in a log, else its last exception, else None.

    With `fatal_only`, only problems after which the server goes on without being able to answer anything.
    """
    text = _COLOUR.sub("", log)
    for known in _KNOWN:
        if fatal_only and not known.fatal:
            continue
        if match := re.search(known.pattern, text, re.MULTILINE):
            return known.sentence.format(*(group.strip() for group in match.groups()))
    exceptions: list[str] = [] if fatal_only else _LAST_RESORT.findall(text)
    return exceptions[-1].strip() if exceptions else None
