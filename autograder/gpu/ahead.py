"""Compile the kernels for GPUs that are not here.

``python -m autograder.gpu.ahead`` builds every kernel for float32, float16 and
bfloat16 on compute capability 7.5 (T4), 8.0 (A100) and 9.0 (H100, H200), and prints
what the compiler says about each. It must not run under TRITON_INTERPRET.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import triton  # type: ignore[import-untyped]
from triton.backends.compiler import GPUTarget  # type: ignore[import-untyped]
from triton.compiler import ASTSource  # type: ignore[import-untyped]

from autograder.gpu import by_channel, split, split_backward
from autograder.gpu.plan import TILE, WARPS

CAPABILITIES = (75, 80, 90)
ELEMENTS = ("fp32", "fp16", "bf16")

_TILE = {"BLOCK_N": 1, "BLOCK_C": 1, "BLOCK_S": TILE}
_FUSED = {"RESIDUAL": True, "RELU": True}
#: Every kernel with the constants of a launch, as for images with residual and ReLU.
KERNELS: tuple[tuple[Any, Mapping[str, int]], ...] = (
    (by_channel.forward, {"BLOCK": 1024}),
    (by_channel.backward, {"BLOCK": 1024}),
    (split.partial_statistics, _TILE),
    (split.normalize, {**_TILE, **_FUSED, "BLOCK_P": 32}),
    (split_backward.partial_gradients, {**_TILE, **_FUSED}),
    (split_backward.input_gradient, {**_TILE, **_FUSED, "BLOCK_P": 32}),
)
#: Arguments with the batch's own type; all other arrays are float32.
_OF_THE_BATCH = ("x", "y", "dx", "dy", "residual", "dresidual")


class Interpreted(RuntimeError):
    """There is nothing to compile: Triton was imported to interpret."""


@dataclass(frozen=True)
class Built:
    """One kernel built for one target: its name, and its machine code."""

    kernel: str
    capability: int
    element: str
    binary: bytes


def build(
    kernel: Any, constants: Mapping[str, int], capability: int, element: str
) -> Built:
    """Compile a kernel for a compute capability and the type of a batch's numbers.

    Raises:
        Interpreted: under TRITON_INTERPRET.
        triton.CompilationError: with the compiler's words, if it does not build.
    """
    if not isinstance(kernel, triton.JITFunction):
        raise Interpreted(
            "The kernels were loaded to be interpreted, so there is nothing to "
            "compile. Start Python without TRITON_INTERPRET in its environment."
        )
    names = kernel.arg_names
    source = ASTSource(
        kernel,
        signature={name: _type(name, constants, element) for name in names},
        constexprs={(names.index(name),): value for name, value in constants.items()},
        attrs={(i,): [["tt.divisibility", 16]] for i in _aligned(names)},
    )
    target = GPUTarget("cuda", capability, 32)
    made = triton.compile(source, target=target, options={"num_warps": WARPS})
    return Built(kernel.__name__, capability, element, made.asm["cubin"])


def _type(name: str, constants: Mapping[str, int], element: str) -> str:
    if name in constants:
        return "constexpr"
    if name.endswith("_ptr"):
        return "*" + (element if name[:-4] in _OF_THE_BATCH else "fp32")
    return "fp32" if name == "eps" else "i32"


def _aligned(names: list[str]) -> list[int]:
    return [i for i, name in enumerate(names) if name.endswith("_ptr")]


def main() -> None:
    """Build everything and print a line for each."""
    for capability, element in product(CAPABILITIES, ELEMENTS):
        for kernel, constants in KERNELS:
            built = build(kernel, constants, capability, element)
            print(
                f"{built.kernel} of {kernel.__module__.rpartition('.')[2]}: built for "
                f"{element} on sm_{capability}, {len(built.binary):,} bytes"
            )


if __name__ == "__main__":
    main()
