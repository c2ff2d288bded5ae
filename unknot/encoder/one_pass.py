"""One pass over a message: one encoding, and for every label an attention of its own over its tokens.

Label-wise attention as in CAML (Mullenbach et al. 2018, https://doi.org/10.18653/v1/N18-1100): each label has a
query; its attention over the token vectors picks the words that speak for the label, and a linear readout of their
mean gives the label's scores. A finding has a score for each of `STATES`; an intent has one.
Knows nothing of Rasa, nor of backs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from unknot.encoder.minilm import Tokens, check_sha256

Array = npt.NDArray[np.float32]

STATES = ("none", "now", "unchanged", "over", "denied", "supposed", "other")
"""Of a finding a message says nothing, or that it is there, there as ever, gone, not there, only feared, others."""
NOW = STATES.index("now")
EMERGENCY = (
    "emergency"  # a label like a finding: whether a message as a whole, taken at its word, states an emergency
)
FOLDER = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Heads:
    """Queries (findings + intents, 384) and readouts of the labels.

    Shapes: `finding` (findings, states, 384) with `finding_bias` (findings, states); `intent` (intents, 384) with
    `intent_bias` (intents,). The first queries are those of the findings.
    """

    findings: tuple[str, ...]
    intents: tuple[str, ...]
    query: Array
    finding: Array
    finding_bias: Array
    intent: Array
    intent_bias: Array

    def attend(self, tokens: Array) -> tuple[Array, Array]:
        """Of token vectors (tokens, 384): what each label sees (labels, 384), and its attention (labels, tokens)."""
        scores = self.query @ tokens.T
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        attention = scores / scores.sum(axis=1, keepdims=True)
        return attention @ tokens, attention

    def states(self, seen: Array) -> Array:
        """Probabilities (findings, states), each row summing to 1, from what the labels see."""
        count = len(self.findings)
        scores = np.einsum("nh,nsh->ns", seen[:count], self.finding) + self.finding_bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32)

    def intent_scores(self, seen: Array) -> Array:
        """Log odds (intents,) of each intent by itself, from what the labels see."""
        return np.asarray((seen[len(self.findings) :] * self.intent).sum(axis=1) + self.intent_bias, np.float32)

    def knowing(self, findings: Iterable[str], intents: Iterable[str]) -> Heads:
        """The same, with a row for each label that is new: it looks at all words alike until it is learnt."""
        more = [name for name in dict.fromkeys(findings) if name not in self.findings]
        asked = [name for name in dict.fromkeys(intents) if name not in self.intents]
        count, width = len(self.findings), self.query.shape[1]
        bias = np.full((len(more), len(STATES)), -4.0, np.float32)
        bias[:, 0] = 4.0  # says nothing of it
        query = [self.query[:count], _zeros(len(more), width), self.query[count:], _zeros(len(asked), width)]
        return Heads(
            (*self.findings, *more),
            (*self.intents, *asked),
            np.concatenate(query),
            np.concatenate([self.finding, _zeros(len(more), len(STATES), width)]),
            np.concatenate([self.finding_bias, bias]),
            np.concatenate([self.intent, _zeros(len(asked), width)]),
            np.concatenate([self.intent_bias, np.full(len(asked), -4.0, np.float32)]),
        )

    def save(self, file: Path) -> None:
        """Write to a `.npz` file."""
        names = {"findings": np.array(self.findings), "intents": np.array(self.intents)}
        arrays: dict[str, Any] = {name: getattr(self, name).astype(np.float16) for name in _ARRAYS}
        np.savez(file, allow_pickle=False, **names, **arrays)

    @classmethod
    def load(cls, file: Path) -> Heads:
        """Read what `save` wrote, or the packaged weights. Raises OSError or KeyError for another file."""
        with np.load(file, allow_pickle=False) as stored:
            findings, intents = (tuple(str(name) for name in stored[key]) for key in ("findings", "intents"))
            return cls(findings, intents, *(stored[name].astype(np.float32) for name in _ARRAYS))


def _zeros(*shape: int) -> Array:
    return np.zeros(shape, np.float32)


_ARRAYS = ("query", "finding", "finding_bias", "intent", "intent_bias")


@dataclass(frozen=True)
class Read:
    """What one pass over a message gives.

    `states` (findings, states) are probabilities, `intents` (intents,) log odds; `places` (findings,) the character
    offset of the token that each finding attends to most.
    """

    states: Array
    intents: Array
    places: npt.NDArray[np.int64]


@dataclass(frozen=True)
class OnePass:
    """The encoder with the heads over it."""

    tokens: Tokens
    heads: Heads

    def read(self, text: str) -> Read:
        """One pass over a text of any length (the encoder cuts what is too long)."""
        vectors, offsets = self.tokens.of(text)
        seen, attention = self.heads.attend(vectors)
        most = attention[: len(self.heads.findings)].argmax(axis=1)
        return Read(self.heads.states(seen), self.heads.intent_scores(seen), offsets[most, 0])

    def with_heads(self, heads: Heads) -> OnePass:
        """The same encoder with other readouts."""
        return replace(self, heads=heads)

    @cached_property
    def finding_at(self) -> dict[str, int]:
        """Row of each finding."""
        return {name: at for at, name in enumerate(self.heads.findings)}


def packaged_heads(folder: Path = FOLDER) -> Heads:
    """The readouts that came with the adapted encoder.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    return Heads.load(_checked(folder))


def packaged_layers(folder: Path = FOLDER) -> dict[str, npt.NDArray[Any]]:
    """The adapted encoder's layers, named as `unknot.encoder.minilm_graph.build` wants them.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    with np.load(_checked(folder), allow_pickle=False) as stored:
        names = [name for name in stored.files if "." in name]
        return {
            name: array if (array := stored[name]).dtype == np.int8 else array.astype(np.float32) for name in names
        }


def _checked(folder: Path) -> Path:
    about: dict[str, Any] = json.loads((folder / "one_pass.json").read_text(encoding="utf-8"))
    check_sha256(folder / "one_pass.npz", about["sha256"])
    return folder / "one_pass.npz"
