"""The sentence encoder: what it checks when it loads, and that its vectors depend on the text alone."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from unknot.encoder.minilm import DIMENSIONS, EncoderError, MiniLM, check_sha256, packaged_files, shared_encoder

TEXTS = [
    "my back",
    "",
    "my lower back has been in spasm since I lifted a heavy box on Tuesday",
    "heat or ice?",
    "my back",
    "कमर में दर्द",
    "x" * 100_000,
]


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return shared_encoder()


def test_vectors_are_unit_length_and_in_order(encoder: MiniLM) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[4])


def test_batch_gives_the_same_as_one_at_a_time() -> None:
    model, tokenizer = packaged_files()
    fresh = MiniLM(model, tokenizer, cache_size=0)
    together = fresh.encode(TEXTS)
    apart = np.vstack([fresh.encode([text]) for text in TEXTS])
    assert np.allclose(together, apart, atol=1e-5)


def test_meaning_is_in_the_vectors(encoder: MiniLM) -> None:
    same, other, question = encoder.encode(
        ["How long does a back spasm last?", "can you sing a song", "when will this cramp be over"]
    )
    assert same @ question > same @ other + 0.2


def test_no_texts(encoder: MiniLM) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_threads_do_not_disturb_each_other() -> None:
    model, tokenizer = packaged_files()
    encoder = MiniLM(model, tokenizer, cache_size=3)
    texts = [f"my back hurts number {n % 11}" for n in range(80)]
    expected = encoder.encode(texts)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda text: encoder.encode([text])[0], texts))
    assert np.allclose(np.stack(rows), expected, atol=1e-5)


def test_one_encoder_per_process() -> None:
    assert shared_encoder() is shared_encoder()


@pytest.mark.parametrize("which", [0, 1])
def test_a_changed_file_is_refused_with_its_name_and_hash(which: int, tmp_path: Path) -> None:
    paths = [Path(shutil.copy(path, tmp_path)) for path in packaged_files()]
    with paths[which].open("r+b") as file:
        file.seek(1000)
        file.write(b"\x00changed")
    with pytest.raises(EncoderError, match=rf"{paths[which].name} is not the published one.*sha256.*make setup"):
        MiniLM(*paths)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"model\.onnx is missing"):
        check_sha256(tmp_path / "model.onnx", "0" * 64)
