"""Part of the TensorFlow stand-in: every name is `Missing`."""

from typing import Any

from tensorflow._missing import Missing


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return Missing
