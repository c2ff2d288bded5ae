"""Import-only stand-in for TensorFlow; see README.md beside this package."""

from typing import Any

from tensorflow import keras as keras
from tensorflow._missing import Missing

__version__ = "0.0.0+standin"


def __getattr__(name: str) -> Any:
    # `experimental` must be absent: thinc takes its presence for a working TensorFlow.
    if name.startswith("__") or name == "experimental":
        raise AttributeError(name)
    return Missing
