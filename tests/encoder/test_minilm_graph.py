"""The network that computes with 8-bit weights gives the vectors of the packaged one."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from unknot.encoder import minilm_graph, onnx_file
from unknot.encoder.minilm import packaged_files, shared_encoder

TEXTS = ["", "no", "my back", "i cant pee since yesterday", "how long does a back spasm last? " * 20]


def test_vectors_are_those_of_the_packaged_network() -> None:
    model, _ = packaged_files()
    packaged = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    ours = onnxruntime.InferenceSession(minilm_graph.build(model.read_bytes()), providers=["CPUExecutionProvider"])
    chance = np.random.default_rng(0)
    for tokens in (2, 9, 128):
        ids = chance.integers(1000, 20_000, (3, tokens))
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        wanted = packaged.run(["last_hidden_state"], feed)[0].mean(axis=1)
        got = ours.run([minilm_graph.OUTPUT], {minilm_graph.INPUT: ids})[0].mean(axis=1)
        cosine = (wanted * got).sum(axis=1) / np.linalg.norm(wanted, axis=1) / np.linalg.norm(got, axis=1)
        assert cosine.min() > 0.9999


def test_a_text_has_one_vector_whatever_stands_beside_it() -> None:
    encoder = shared_encoder(cache_size=0)
    together = encoder.encode([*TEXTS, *(f"my back hurts {n}" for n in range(40))])
    apart = np.vstack([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(together[: len(TEXTS)], apart, atol=1e-5)


def test_another_network_is_refused() -> None:
    tensors = [onnx_file.tensor("val_1_q", np.ones((2, 2), np.int8))]
    with pytest.raises(ValueError, match="36 were expected"):
        minilm_graph.build(onnx_file.model([], tensors, {}, {}, {"": 18}))


@pytest.mark.parametrize("data", [b"", b"not a model", b"\x3a\xff"])
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not an ONNX model"):
        onnx_file.tensors(data)


def test_what_is_written_is_read_and_runs() -> None:
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    nodes = [onnx_file.node("MatMul", ["x", "w"], ["y"]), onnx_file.node("LeakyRelu", ["y"], ["z"], alpha=0.5)]
    about = {"x": (np.float32, ("rows", 2))}, {"z": (np.float32, ("rows", 3))}
    model = onnx_file.model(nodes, [onnx_file.tensor("w", weights)], *about, {"": 18})
    assert np.array_equal(onnx_file.tensors(model)["w"], weights)
    x = np.array([[1, 1], [-1, -1]], dtype=np.float32)
    (z,) = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"x": x})
    assert np.allclose(z, [[3, 5, 7], [-1.5, -2.5, -3.5]])
