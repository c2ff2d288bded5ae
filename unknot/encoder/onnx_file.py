"""As much of the ONNX file format as a network of our own needs: tensors out of a file, a small graph into one.

ONNX is Protocol Buffers; field numbers are those of onnx.proto (https://github.com/onnx/onnx, IR version 9). Written
out here, since the `onnx` package would be carried along for these few lines alone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Value = tuple[Any, Sequence[str | int]]  # type and shape; a size that varies is a name

_TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 7: np.int64}  # TensorProto.DataType
_NUMBERS: dict[Any, int] = {np.dtype(kind): number for number, kind in _TYPES.items()}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def tensors(data: bytes) -> dict[str, Array]:
    """The stored tensors (initializers) of a model, by name, not copied; those of other types are left out.

    Raises:
        ValueError: it is not an ONNX model.
    """
    try:
        graph = next(value for number, value in _fields(memoryview(data)) if number == 7)
        found = [_tensor(value) for number, value in _fields(graph) if number == 5]
    except (IndexError, KeyError, StopIteration, TypeError) as error:
        raise ValueError("not an ONNX model") from error
    return {name: array for name, array in found if array is not None}


def _tensor(data: memoryview) -> tuple[str, Array | None]:
    shape: list[int] = []
    found: dict[int, Any] = {}
    for number, value in _fields(data):
        if number == 1:
            shape.extend([value] if isinstance(value, int) else _varints(value))
        else:
            found[number] = value
    kind = _TYPES.get(found[2])
    array = np.frombuffer(found[9], dtype=kind).reshape(shape) if kind and 9 in found else None
    return str(found[8], "utf-8"), array


def _fields(data: memoryview) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(kind)
        if size is None:
            size, at = _varint(data, at)
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def tensor(name: str, array: Array) -> bytes:
    """A stored tensor."""
    shape = b"".join(_number(1, size) for size in array.shape)
    kind = _number(2, _NUMBERS[array.dtype])
    return shape + kind + _text(8, name) + _field(9, np.ascontiguousarray(array).tobytes())


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: float | int
) -> bytes:
    """One operation."""
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    parts += [_text(4, kind), _text(7, domain)]
    for name, value in attributes.items():
        if isinstance(value, int):
            parts.append(_field(5, _text(1, name) + _number(3, value) + _number(20, 2)))
        else:
            parts.append(_field(5, _text(1, name) + b"\x15" + struct.pack("<f", value) + _number(20, 1)))
    return b"".join(parts)


def model(
    nodes: Sequence[bytes],
    stored: Sequence[bytes],
    inputs: Mapping[str, Value],
    outputs: Mapping[str, Value],
    domains: Mapping[str, int],
) -> bytes:
    """A model file. `inputs`, `outputs`: by name; `domains`: version of each operator set."""
    graph = [_field(1, one) for one in nodes] + [_text(2, "graph")] + [_field(5, one) for one in stored]
    graph += [_field(11, _value(name, *about)) for name, about in inputs.items()]
    graph += [_field(12, _value(name, *about)) for name, about in outputs.items()]
    sets = [_field(8, _text(1, domain) + _number(2, version)) for domain, version in domains.items()]
    return b"".join([_number(1, 9), _field(7, b"".join(graph)), *sets])


def _value(name: str, kind: Any, shape: Sequence[str | int]) -> bytes:
    sizes = b"".join(_field(1, _number(1, s) if isinstance(s, int) else _text(2, s)) for s in shape)
    about = _number(1, _NUMBERS[np.dtype(kind)]) + _field(2, sizes)
    return _text(1, name) + _field(2, _field(1, about))


def _number(field: int, value: int) -> bytes:
    return _packed(field << 3 | _VARINT) + _packed(value)


def _text(field: int, value: str) -> bytes:
    return _field(field, value.encode())


def _field(field: int, value: bytes) -> bytes:
    return _packed(field << 3 | _BYTES) + _packed(len(value)) + value


def _packed(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
