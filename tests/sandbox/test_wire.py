"""The wire carries plain data unchanged and refuses everything else."""

from __future__ import annotations

import json
import pickle
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.sandbox.inside import plain_data, wire

# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DTYPES = st.sampled_from(["?", "i1", "i4", "i8", "u1", "u8", "f2", "f4", "f8"])
ARRAYS = DTYPES.flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0))
)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.one_of(st.none(), st.booleans(), INTEGERS, st.floats(), TEXT)
KEYS = st.one_of(TEXT, INTEGERS)
PLAIN = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(left: object, right: object) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        assert isinstance(right, np.ndarray)
        exact = left.dtype == right.dtype and left.shape == right.shape
        return exact and np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
    if isinstance(left, dict):
        assert isinstance(right, dict)
        return same(list(left.items()), list(right.items()))
    if isinstance(left, list | tuple):
        assert isinstance(right, list | tuple)
        return len(left) == len(right) and all(map(same, left, right))
    return left == right or (left != left and right != right)


def message(header: object, buffers: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + buffers


@given(PLAIN)
@PATIENT
def test_plain_data_comes_back_as_it_went(value: object) -> None:
    assert same(wire.decode(wire.encode(value)), value)


@given(PLAIN, st.data())
@PATIENT
def test_damaged_messages_are_refused_or_plain(
    value: object, data: st.DataObject
) -> None:
    message = bytearray(wire.encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(message) - 1))
        message[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(message)))
    for damaged in (bytes(message), bytes(message[:cut])):
        try:
            result = wire.decode(damaged)
        except wire.WireError:
            continue
        assert same(wire.decode(wire.encode(result)), result)


@given(st.binary(max_size=200))
@PATIENT
def test_arbitrary_bytes_are_never_an_answer(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(b"\0\0\0" + bytes([len(data)]) + b"\x80" + data)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\0\0\0",
        message(b"{}"),
        message(b"[]"),
        message(b"NaN"),
        message(b"1e999"),
        message(b"9" * 5000),
        message(b"[" * 100_000),
        message(["x", 1]),
        message(["f", "1.0"]),
        message(["f", 1.0]),
        message(["l", "ab"]),
        message(["d", [["a"]]]),
        message(["d", [[["l", []], 1]]]),
        message(["d", [["a", 1], ["a", 2]]]),
        message(["o", 3]),
        message("\ud800"),
        message(["a", "<f8", [2]], b"\0" * 15),
        message(["a", "<f8", [2]], b"\0" * 17),
        message(["a", "|O", [1]], b"\0" * 8),
        message(["a", "<U1", [1]], b"\0" * 4),
        message(["a", "<M8[s]", [1]], b"\0" * 8),
        message(["a", "<f8,<f8", [1]], b"\0" * 16),
        message(["a", "|b1", [1]], b"\2"),
        message(["a", "<f8", [-1]], b""),
        message(["a", "<f8", [True]], b"\0" * 8),
        message(["a", "<f8", [1.0]], b"\0" * 8),
        message(["a", "<f8", [2**50, 0]]),
        message(["a", "<f8", [2**40, 2**40, 2**40, 0]]),
        message(["a", "<f8", [0] * 33]),
        message(["a", "<f8", 0]),
        message(["a", "<f8", [2**40, 2**40]], b"\0" * 8),
        pickle.dumps([1, 2]),
    ],
)
def test_a_malformed_message_is_refused(damaged: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(damaged)


def test_too_many_parts_and_too_many_bytes_are_refused() -> None:
    with pytest.raises(wire.WireError, match="too many parts"):
        wire.decode(message(["l", [0] * (2 * wire.MAX_NODES + 1)]))
    with pytest.raises(wire.WireError, match="more than 10"):
        wire.decode(wire.encode("a long text"), 10)
    with pytest.raises(wire.WireError, match="at most 100 can be sent"):
        wire.encode(np.zeros(100), 100)


class Liar:
    """Claim to be an array, and equal to everything."""

    __class__ = np.ndarray  # type: ignore[assignment]
    dtype = np.dtype(float)
    shape = (2,)

    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        raise AssertionError("nobody may ask")

    __eq__ = __len__ = __iter__ = __array__  # type: ignore[assignment]


class Text(str):
    """A string that is not a plain one."""


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Liar(), "Liar"),
        (Text("x"), "Text"),
        (np.ma.array([1.0]), "MaskedArray"),
        (np.arange(2.0).view(np.recarray), "recarray"),
        (np.full(1, Text("x"), dtype=object), "array of dtype 'O'"),
        (np.array(["a"]), "array of dtype 'U'"),
        (np.array([1j]), "array of dtype 'c'"),
        (np.float64, "type"),
        (2**63, "int"),
        (b"bytes", "bytes"),
        ({(1, 2): 3}, "keys that are not plain"),
        (np.broadcast_to(0.0, (2**20, 2**20)), "bytes"),
        (range(3), "range"),
    ],
)
def test_what_is_not_plain_stays_where_it_is(value: object, named: str) -> None:
    found = wire.decode(wire.encode([value]))[0]
    assert isinstance(found, plain_data.Opaque)
    assert named in found.type_name


def test_containers_that_hold_themselves_are_cut_off() -> None:
    loop: list[object] = []
    loop.extend([loop] * 16)
    assert "Opaque" in repr(wire.decode(wire.encode(loop)))


def test_arrays_are_copied_and_writable() -> None:
    array = np.arange(6.0).reshape(2, 3)[:, ::2]
    kept = plain_data.plain(array)
    array[:] = -1
    assert kept.tolist() == [[0.0, 2.0], [3.0, 5.0]]
    received = wire.decode(wire.encode(array))
    received += 1
    assert received.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_numpy_scalars_become_arrays_without_dimensions() -> None:
    found = wire.decode(wire.encode(np.float32(1.5)))
    assert (found.shape, found.dtype, found.item()) == ((), np.float32, 1.5)
