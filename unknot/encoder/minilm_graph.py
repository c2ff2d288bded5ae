"""The network of all-MiniLM-L6-v2 as a graph that computes with 8-bit weights, from the packaged model's weights.

The packaged graph stores 8-bit weights, but turns them into floats before it computes: 43 MB are read for every
message, and the table of word vectors fills another 47 MB. Here products are sums of 8-bit integers. The activations
are split into two such integers each, coarse and fine (16 bits together), so that the vectors stay what they were:
with one, the cosine to the packaged model's vector is 0.997 and as low as 0.98.
Weights and activations are unsigned with their zero at 128: that adds up without overflow on every processor, where
signed weights may saturate on those without VNNI.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from unknot.encoder import onnx_file
from unknot.encoder.onnx_file import Array, Value

INPUT, OUTPUT = "input_ids", "last_hidden_state"
_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_EPSILON = 1e-12  # of the layer normalisations, as BERT has it
_STEPS = 127.0  # of a coarse part to either side
_FINER = 254.0  # fine steps in a coarse one
_MS = "com.microsoft"  # onnxruntime's own operators


def build(packaged: bytes, adapted: Mapping[str, Array] | None = None, *, fine: bool = True) -> bytes:
    """The graph as an ONNX model: `input_ids` (texts, tokens), all of one length, to (texts, tokens, 384).

    `adapted` replaces weights of the packaged model: `<layer>.<kind>.<q|scale|bias>` of its six matrices a layer
    (`MATRICES`; steps as int8 (inputs, outputs), one scale an output) and `<layer>.<norm>.<weight|bias>` of `NORMS`.

    Without `fine`, activations are 8-bit integers alone, which takes little more than half the time.

    Raises:
        ValueError, KeyError: `packaged` is not the model that this was written for.
    """
    weights = onnx_file.tensors(packaged)
    return _Builder({**weights, **_renamed(adapted or {}, _matrix_names(weights))}, fine).build()


MATRICES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "context": "attention.output.dense",
    "wide": "intermediate.dense",
    "narrow": "output.dense",
}
NORMS = {"norm_attention": "attention.output.LayerNorm", "norm_output": "output.LayerNorm"}


def _matrix_names(weights: Mapping[str, Array]) -> list[str]:
    """The packaged names of the matrices, six a layer in the order of `MATRICES`."""
    names = sorted((n[:-2] for n in weights if re.fullmatch(r"val_\d+_q", n)), key=lambda n: int(n[4:]))
    if len(names) != len(MATRICES) * _LAYERS:
        raise ValueError(f"{len(names)} matrices where {len(MATRICES) * _LAYERS} were expected")
    return names


def _renamed(adapted: Mapping[str, Array], names: Sequence[str]) -> dict[str, Array]:
    found = {}
    for key, array in adapted.items():
        layer, kind, part = key.split(".")
        own = f"inner.encoder.layer.{layer}."
        if part in ("q", "scale"):
            found[f"{names[len(MATRICES) * int(layer) + list(MATRICES).index(kind)]}_{part}"] = array
        else:
            found[own + {**MATRICES, **NORMS}[kind] + "." + part] = array
    return found


@dataclass
class _Builder:
    weights: Mapping[str, Array]
    fine: bool = True
    nodes: list[bytes] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)

    def build(self) -> bytes:
        names = _matrix_names(self.weights)
        self._constants()
        x = self._embed()
        for layer in range(_LAYERS):
            x = self._layer(f"inner.encoder.layer.{layer}.", names[6 * layer : 6 * layer + 6], x)
        self._add("Identity", [x], OUTPUT)
        inputs: dict[str, Value] = {INPUT: (np.int64, ("texts", "tokens"))}
        outputs: dict[str, Value] = {OUTPUT: (np.float32, ("texts", "tokens", _WIDTH))}
        return onnx_file.model(self.nodes, self.stored, inputs, outputs, {"": 18, _MS: 1})

    def _constants(self) -> None:
        halves = (("finer", _FINER), ("coarser", 1 / _FINER)) if self.fine else ()
        for name, value in (("steps", 1 / _STEPS), ("middle", 128.0), *halves):
            self._store(name, np.array(value, np.float32))
        self._store("zero", np.array(128, np.uint8))
        for name, number in (("last_axis", -1), ("first", 0), ("tokens_axis", 1)):
            self._store(name, np.array([number], np.int64))

    def _embed(self) -> str:
        own = "inner.embeddings."
        at = self.weights[own + "position_embeddings.weight_q"].astype(np.float32)
        at = at * self.weights[own + "position_embeddings.weight_scale"]
        at = at + self.weights[own + "token_type_embeddings.weight"][:1]  # a text is one segment
        positions = self._store("positions", at.astype(np.float32)[None])
        words = self._add("Gather", [self._keep(own + "word_embeddings.weight_q"), INPUT], "word_steps")
        words = self._add("Cast", [words], "word_floats", to=1)
        scale = self._add("Gather", [self._keep(own + "word_embeddings.weight_scale"), INPUT], "word_scale")
        words = self._add("Mul", [words, scale], "words")
        count = self._add("Shape", [INPUT], "count", start=1, end=2)
        here = self._add("Slice", [positions, "first", count, "tokens_axis"], "here")
        both = self._add("Add", [words, here], "embedded")
        norm = [self._keep(own + "LayerNorm.weight"), self._keep(own + "LayerNorm.bias")]
        return self._add("LayerNormalization", [both, *norm], "x", epsilon=_EPSILON)

    def _layer(self, own: str, names: Sequence[str], x: str) -> str:
        biases = [self.weights[own + f"attention.self.{kind}.bias"] for kind in ("query", "key", "value")]
        seen = self._product(x, names[:3], np.concatenate(biases), own + "seen")
        heads = [own + kind for kind in ("query", "key", "value")]
        self.nodes.append(onnx_file.node("Split", [seen], heads, axis=2, num_outputs=3))
        context = self._add("MultiHeadAttention", heads, own + "context", _MS, num_heads=_HEADS)
        bias = self.weights[own + "attention.output.dense.bias"]
        said = self._product(context, names[3:4], bias, own + "said")
        x = self._with_skip(said, x, own + "attention.output.")
        wide = self._product(x, names[4:5], self.weights[own + "intermediate.dense.bias"], own + "wide")
        wide = self._add("Gelu", [wide], own + "bent", _MS)
        narrow = self._product(wide, names[5:6], self.weights[own + "output.dense.bias"], own + "narrow")
        return self._with_skip(narrow, x, own + "output.")

    def _with_skip(self, new: str, x: str, own: str) -> str:
        norm = [self._keep(own + "LayerNorm.weight"), self._keep(own + "LayerNorm.bias")]
        return self._add("SkipLayerNormalization", [new, x, *norm], own + "sum", _MS, epsilon=_EPSILON)

    def _product(self, x: str, names: Sequence[str], bias: Array, out: str) -> str:
        """`x` (texts, tokens, inputs) times the matrices side by side, plus `bias`; every token has its own scale."""
        steps = np.concatenate([self.weights[name + "_q"] for name in names], axis=1)
        scales = np.concatenate([self.weights[name + "_scale"].ravel() for name in names])
        matrix = self._store(out + ".matrix", (steps.astype(np.int16) + 128).astype(np.uint8))
        largest = self._add("ReduceMax", [self._add("Abs", [x], out + ".abs"), "last_axis"], out + ".max")
        scale = self._add("Mul", [largest, "steps"], out + ".scale")
        exact = self._add("Div", [x, scale], out + ".exact")
        coarse = self._add("Round", [exact], out + ".coarse")
        if not self.fine:
            shifted = self._add("Add", [coarse, "middle"], out + ".shifted")
            sums = self._add(
                "MatMulInteger",
                [self._add("Cast", [shifted], out + ".bytes", to=2), matrix, "zero", "zero"],
                out + ".sums",
            )
            return self._scaled(self._add("Cast", [sums], out + ".floats", to=1), scales, scale, bias, out)
        rest = self._add("Mul", [self._add("Sub", [exact, coarse], out + ".rest"), "finer"], out + ".rest_steps")
        fine = self._add("Round", [rest], out + ".fine")
        both = self._add("Concat", [coarse, fine], out + ".both", axis=1)
        both = self._add("Cast", [self._add("Add", [both, "middle"], out + ".shifted")], out + ".bytes", to=2)
        sums = self._add("MatMulInteger", [both, matrix, "zero", "zero"], out + ".sums")
        sums = self._add("Cast", [sums], out + ".floats", to=1)
        halves = [out + ".by_coarse", out + ".by_fine"]
        self.nodes.append(onnx_file.node("Split", [sums], halves, axis=1, num_outputs=2))
        small = self._add("Mul", [halves[1], "coarser"], out + ".small")
        total = self._add("Add", [halves[0], small], out + ".total")
        return self._scaled(total, scales, scale, bias, out)

    def _scaled(self, total: str, scales: Array, scale: str, bias: Array, out: str) -> str:
        """Sums of integers back to numbers: times the matrix's scales and each token's, plus the bias."""
        total = self._add("Mul", [total, self._store(out + ".scales", scales.astype(np.float32))], out + ".scaled")
        total = self._add("Mul", [total, scale], out + ".unscaled")
        return self._add("Add", [total, self._store(out + ".bias", bias)], out)

    def _add(self, kind: str, inputs: Sequence[str], out: str, domain: str = "", **about: float | int) -> str:
        self.nodes.append(onnx_file.node(kind, inputs, [out], domain, **about))
        return out

    def _store(self, name: str, array: Array) -> str:
        self.stored.append(onnx_file.tensor(name, array))
        return name

    def _keep(self, name: str) -> str:
        return self._store(name, self.weights[name])
