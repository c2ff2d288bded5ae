"""The one object behind every name of the stand-in: importable, subclassable, never usable."""

from typing import Any, NoReturn

MESSAGE = (
    "This component needs TensorFlow, which is not installed in the default environment. "
    "ops/python/peer/ is an environment with the real package; or configure a component that does not use it."
)


def refuse() -> NoReturn:
    """Raises an error of Rasa's own kind, which its command line prints as one clear line.

    Not its InvalidConfigException: that is a ValueError too, and DIET's loading code takes any ValueError for a
    missing file, goes on without a model and answers nothing.
    """
    from rasa.shared.exceptions import RasaException

    class TensorFlowMissing(RasaException):
        """A component was used that needs the real TensorFlow."""

    raise TensorFlowMissing(MESSAGE)


class MissingType(type):
    """Metaclass: attribute look-ups give `Missing` again, so `tf.keras.layers.Layer` can be a base class."""

    def __getattr__(cls, name: str) -> Any:
        # Dunder look-ups must fail as usual: typing, pickling and inspect decide by them.
        if name.startswith("__"):
            raise AttributeError(name)
        return Missing

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        refuse()


class Missing(metaclass=MissingType):
    """Stands for any class, function or constant of TensorFlow."""
