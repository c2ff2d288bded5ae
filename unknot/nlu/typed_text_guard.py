"""First in the pipeline: makes what a person typed safe and plain for everything after it."""

from __future__ import annotations

import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from unknot.conversations.database import overwrite_deleted
from unknot.rasa_patches import apply

WORD_JOINER = "\u2060"  # invisible, of no width, and not whitespace: strip() leaves it where it is
_QUOTES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "`": "'",
        "´": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
    }
)


def plain_text(text: str, max_chars: int) -> str:
    """`text` in one spelling: compatibility forms folded, quotes straight, control characters out, symbols as words.

    An emoji becomes its Unicode name ("thumbs up sign"), so that it means something to the encoder; a face says
    nothing that counts. Of a text longer
    than `max_chars` (4 or more) the first 70 % and the last 30 % are kept: people put the worst last.
    A text that begins with "/" gets an invisible character before it: Rasa's RegexMessageHandler, which runs last,
    would otherwise take it for an intent.
    """
    folded = unicodedata.normalize("NFKC", _shorten(text, 4 * max_chars)).translate(_QUOTES)
    readable = "".join(_readable(character) for character in folded)
    # Once more: an accent may now stand behind its letter, where an invisible character was between them.
    plain = _shorten(" ".join(unicodedata.normalize("NFKC", readable).split()), max_chars)
    return WORD_JOINER + plain if plain.startswith("/") else plain


def _shorten(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    head = max_chars * 7 // 10
    # A word cut off at a blank must not leave two of them.
    return text[:head].rstrip() + " " + text[len(text) - (max_chars - head - 1) :].lstrip()


def _readable(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "So":
        name = unicodedata.name(character, "").lower()
        # Names of faces are full of signs that nobody stated ("face with cold sweat", "face with thermometer").
        return " " if "face" in name.split() else f" {name} "
    if category[0] == "C" or (category == "Sk" and not character.isascii()):
        return ""  # control, format and unassigned characters, lone surrogates, skin tones of emoji
    return character


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TypedTextGuard(GraphComponent):
    """Replaces the text of every message by `plain_text` of it. The tracker keeps what was typed.

    Registered as a tokenizer so that Rasa runs it on the training examples too, before the featurizers.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`max_chars`: what later components get to see at most."""
        return {"max_chars": 1000}

    def __init__(self, config: dict[str, Any]) -> None:
        self._max_chars = int(config["max_chars"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TypedTextGuard:
        """Rasa's constructor of a component. What is ours of Rasa is put in place here, however Rasa was started."""
        overwrite_deleted()
        apply()
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Make the text of each message plain; a missing one becomes empty."""
        for message in messages:
            message.set(TEXT, plain_text(message.get(TEXT) or "", self._max_chars), add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for training examples that have a text."""
        self.process([example for example in training_data.training_examples if example.get(TEXT)])
        return training_data
