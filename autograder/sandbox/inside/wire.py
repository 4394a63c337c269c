"""Carry plain data in and out of the sandbox, in a form that cannot execute.

A message is a JSON header followed by the raw bytes of its arrays. The header holds
``None``, booleans, integers, finite floats and strings as they are, and everything else
as a tagged list: ``["a", dtype, shape]`` an array, ``["t", items]`` a tuple,
``["l", items]`` a list, ``["d", pairs]`` a dict, ``["f", "nan"]`` a float that JSON
lacks, ``["o", type_name]`` an object that stays where it is, ``["c", number]`` a
function that stays where it is and can be called from here. The decoder trusts nothing:
what is not exactly of this form, or exceeds its caps, raises ``WireError``.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, NoReturn

import numpy as np

from .plain_data import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    Lent,
    Opaque,
    plain,
    printable,
)

MAX_HEADER = 2**22
MAX_DIMENSIONS = 32
MAX_EXTENT = 2**40

_LENGTH = struct.Struct(">I")
_DTYPES = {np.dtype(code).str for code in "?bhilqBHILQefdg"}
_SPECIAL_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class WireError(ValueError):
    """What was to be sent or was received is not plain data within the caps."""


def encode(value: object, limit: int = MAX_BYTES) -> bytes:
    """Write ``value`` (made ``plain`` first) as bytes.

    Raises:
        WireError: if the result would be longer than ``limit``.
    """
    buffers: list[bytes] = []
    header = _WRITER.encode(_pack(plain(value), buffers)).encode()
    size = _LENGTH.size + len(header) + sum(map(len, buffers))
    if len(header) > MAX_HEADER or size > limit:
        raise WireError(f"it takes {size:,} bytes; at most {limit:,} can be sent")
    return b"".join([_LENGTH.pack(len(header)), header, *buffers])


def decode(data: bytes, limit: int = MAX_BYTES, lent: bool = False) -> Any:
    """Read what ``encode`` wrote; functions are expected only where ``lent`` says so.

    Raises:
        WireError: if the bytes are anything else, or more than ``limit``.
    """
    if len(data) > limit:
        raise WireError(f"the message has {len(data):,} bytes, more than {limit:,}")
    if len(data) < _LENGTH.size:
        raise WireError("the message is too short to hold a header")
    end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    if end > len(data) or end > MAX_HEADER:
        raise WireError("the message's header does not fit")
    try:
        text = data[_LENGTH.size : end].decode("ascii")
        tree = _READER.decode(text)
    except (ValueError, RecursionError) as error:
        raise WireError("the message's header is not the JSON expected") from error
    return _Reader(memoryview(data)[end:], lent).read_all(tree)


def _pack(value: Any, buffers: list[bytes]) -> Any:
    if type(value) is np.ndarray:
        buffers.append(value.tobytes())
        return ["a", value.dtype.str, list(value.shape)]
    if type(value) is tuple:
        return ["t", [_pack(item, buffers) for item in value]]
    if type(value) is list:
        return ["l", [_pack(item, buffers) for item in value]]
    if type(value) is dict:
        pairs = value.items()
        return ["d", [[_pack(k, buffers), _pack(v, buffers)] for k, v in pairs]]
    if type(value) is Opaque:
        return ["o", str(value.type_name)[:200]]
    if type(value) is Lent:
        return ["c", int(value.number)]
    if type(value) is float and not math.isfinite(value):
        return ["f", repr(value)]
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("an integer of more than 64 bits")
    return int(digits)


# Made once: each message would make them anew.
_WRITER = json.JSONEncoder(allow_nan=False, check_circular=False)
_READER = json.JSONDecoder(parse_constant=_refuse, parse_int=_integer)


class _Reader:
    """Turn the parsed header and the buffers into values, checking every claim."""

    def __init__(self, buffers: memoryview, lent: bool) -> None:
        self.buffers = buffers
        self.lent = lent
        self.nodes = 0

    def read_all(self, tree: Any) -> Any:
        value = self.read(tree, 0)
        if len(self.buffers):
            raise WireError(f"{len(self.buffers):,} bytes belong to no array")
        return value

    def read(self, node: Any, depth: int) -> Any:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > 2 * MAX_NODES:
            raise WireError("the message is nested too deeply or has too many parts")
        if type(node) is str:
            return _text(node)
        if type(node) is float and not math.isfinite(node):
            raise WireError("a float is out of range")
        if node is None or type(node) in (bool, int, float):
            return node
        if type(node) is list and node and type(node[0]) is str:
            return self._tagged(node[0], node[1:], depth + 1)
        raise WireError("the message has a part of no known kind")

    def _tagged(self, tag: str, rest: list[Any], depth: int) -> Any:
        if tag == "a" and len(rest) == 2:
            return self._array(rest[0], rest[1])
        if len(rest) == 1 and tag == "c" and self.lent and type(rest[0]) is int:
            return Lent(rest[0])
        if len(rest) == 1 and tag in ("f", "o") and type(rest[0]) is str:
            if tag == "o":
                return Opaque(printable(_text(rest[0])[:200]))
            if rest[0] in _SPECIAL_FLOATS:
                return _SPECIAL_FLOATS[rest[0]]
        if len(rest) == 1 and tag in ("t", "l", "d") and type(rest[0]) is list:
            if tag == "d":
                return self._dict(rest[0], depth)
            items = [self.read(item, depth) for item in rest[0]]
            return tuple(items) if tag == "t" else items
        raise WireError("the message has a part of no known kind")

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for pair in pairs:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is list:
                raise WireError("a dict in the message is malformed")
            result[self.read(pair[0], depth)] = self.read(pair[1], depth)
        if len(result) != len(pairs):
            raise WireError("a dict in the message has a key twice")
        return result

    def _array(self, dtype: Any, shape: Any) -> np.ndarray[Any, Any]:
        if type(dtype) is not str or dtype not in _DTYPES:
            raise WireError("an array has a dtype that is not allowed")
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array has no proper shape")
        if not all(type(n) is int and 0 <= n <= MAX_EXTENT for n in shape):
            raise WireError("an array has no proper shape")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > len(self.buffers):
            raise WireError("an array claims more bytes than the message has")
        raw, self.buffers = self.buffers[:size], self.buffers[size:]
        if dtype == "|b1" and any(byte > 1 for byte in bytes(set(bytes(raw)))):
            raise WireError("a boolean array holds bytes other than 0 and 1")
        try:
            return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
        except (ValueError, MemoryError) as error:
            raise WireError("an array has a shape that NumPy cannot hold") from error


def _text(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise WireError("a string is too long")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WireError("a string is not valid Unicode") from error
    return text
