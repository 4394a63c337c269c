"""Time the course's Triton kernels against PyTorch's and against a plain copy.

``python -m benchmarks.gpu`` prints a table and saves it with device, versions and date;
``--quick`` takes batches that a free Colab GPU does in minutes. Where there is no CUDA
device it measures nothing, saves nothing, and says so.

All candidates are timed in the same process and in turns, with the cache emptied before
each; results are compared with float64 first. The figures are parts of the speed of a
copy of the same tensor in the same rounds: see gpu_shares.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks import machine
from benchmarks.gpu_shares import (
    PASSES,
    Times,
    gigabytes_a_second,
    losses,
    passes,
    share,
    summary,
)

ROUNDS = 25
WARM_UPS = 5
#: Larger than the cache of any GPU up to now; writing it empties the cache.
FLUSH_BYTES = 256 * 2**20
#: Float32 sums of 10^5 to 10^6 terms of size 1 to 4, and a few roundings more.
CLOSE = 1e-5
COMPARED_CHANNELS = 4

SHAPES = {
    "core": [(128, 64, 112, 112), (128, 256, 56, 56), (128, 512, 28, 28)],
    "small maps": [(256, 2048, 7, 7)],
    "rows": [(32768, 768), (131072, 1024)],
    "few channels": [(64, 6, 512, 512), (256, 16, 112, 112), (256, 32, 112, 112)],
    "odd": [(7, 37, 113, 59), (1000, 3)],
}
QUICK = {
    "core": [(32, 64, 112, 112), (32, 256, 56, 56), (32, 512, 28, 28)],
    "odd": [(7, 37, 113, 59)],
}
NO_GPU = """\
PyTorch finds no CUDA device here, so nothing was measured and nothing is saved.
The kernels' results are tested without one (tests/gpu); their speed is not known.
To measure it, run this command where there is an NVIDIA GPU. On Colab: Runtime, Change
runtime type, T4 GPU; then `!git clone` the repository and, in its folder,
`!python -m benchmarks.gpu --quick`."""


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and save it."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.gpu")
    parser.add_argument("--quick", action="store_true", help="smaller batches")
    parser.add_argument("--no-compile", action="store_true", help="no torch.compile")
    options = parser.parse_args(arguments)
    import torch

    if not torch.cuda.is_available():
        print(NO_GPU)
        return
    cases = measure(QUICK if options.quick else SHAPES, not options.no_compile)
    rows = []
    print(header())
    for row in cases:
        rows.append(row)
        print(line(row), flush=True)
    for text in beaten(rows):
        print(text)
    machine.save("gpu", {**device(), "rows": rows})


def device() -> dict[str, Any]:
    """Return the date, what PyTorch says of the GPU, and versions."""
    import torch
    import triton

    found = torch.cuda.get_device_properties(0)
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "processor": machine.processor(),
        "device": found.name,
        "capability": f"{found.major}.{found.minor}",
        "multiprocessors": found.multi_processor_count,
        "memory_bytes": found.total_memory,
        "cache_bytes": found.L2_cache_size,
        "torch": torch.__version__,
        "triton": triton.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
    }


def measure(
    shapes: dict[str, list[tuple[int, ...]]], with_compile: bool
) -> Iterator[dict[str, Any]]:
    """Yield a row for each shape and kind of pass, its results compared first."""
    import torch

    from benchmarks.gpu_candidates import drawn, works

    cache = device()["cache_bytes"]
    for group, members in shapes.items():
        for shape in members:
            batch = drawn(shape, torch.float32, "cuda")
            for kind in PASSES:
                candidates = works(batch, kind, with_compile)
                check(batch, kind, candidates)
                times = timed(candidates, on_cuda())
                size = batch.x.numel() * batch.x.element_size()
                yield as_row(group, shape, kind, size, cache, times)
            del batch, candidates
            torch.cuda.empty_cache()


def check(batch: Any, kind: str, candidates: dict[str, Callable[[], Any]]) -> None:
    """Compare every candidate's result on the first channels with float64.

    Raises AssertionError with the candidate's name if one is too far off.
    """
    from benchmarks.gpu_candidates import exact

    expected = exact(batch, kind, COMPARED_CHANNELS)
    for name, work in candidates.items():
        if name == "copy":
            continue
        result = work()
        found = result[0] if isinstance(result, tuple) else result
        found = found[:, :COMPARED_CHANNELS].double()
        error = float(((found - expected).abs() / expected.abs().clamp(min=1)).max())
        assert error <= CLOSE, f"{name}, {kind}: {error:.1e} off, {CLOSE} allowed"


def on_cuda() -> Callable[[Callable[[], Any]], float]:
    """Return a clock for work on the GPU: milliseconds, from an empty cache."""
    import torch

    flush = torch.empty(FLUSH_BYTES, dtype=torch.int8, device="cuda")

    def clock(work: Callable[[], Any]) -> float:
        begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        flush.zero_()
        begin.record()
        work()
        end.record()
        end.synchronize()
        return float(begin.elapsed_time(end))

    return clock


def timed(
    works: dict[str, Callable[[], Any]], clock: Callable[[Callable[[], Any]], float]
) -> dict[str, Times]:
    """Warm up, then time all works in turns; the clock gives milliseconds."""
    for _ in range(WARM_UPS):
        for work in works.values():
            work()
    rounds = [
        {name: clock(work) for name, work in works.items()} for _ in range(ROUNDS)
    ]
    return {name: summary([one[name] for one in rounds]) for name in works}


def as_row(
    group: str,
    shape: tuple[int, ...],
    kind: str,
    size: int,
    cache: int,
    times: dict[str, Times],
) -> dict[str, Any]:
    """Return a row of the table: times, shares and speeds of one case."""
    due = passes(kind, size, cache)
    copy = times["copy"].median
    return {
        "group": group,
        "shape": list(shape),
        "kind": kind,
        "bytes": size,
        "passes": due,
        "copy_gb_s": round(gigabytes_a_second(2, size, copy), 1),
        "ms": {name: asdict(value) for name, value in times.items()},
        "share": {
            name: round(share(due, value.median, copy), 3)
            for name, value in times.items()
            if name != "copy"
        },
    }


COLUMNS = ("ours", "one program a channel", "eager", "eager without cuDNN")


def header() -> str:
    """Return the head of the table."""
    names = (*COLUMNS, "torch.compile")
    shown = "".join(f" {name:>21}" for name in names)
    return f"{'shape':<22} {'pass':<19} {'copy GB/s':>9}{shown}"


def line(row: dict[str, Any]) -> str:
    """Return a line of the table: the parts of the copy's speed."""
    shape = "×".join(map(str, row["shape"]))
    shares = (row["share"].get(name) for name in (*COLUMNS, "torch.compile"))
    shown = "".join(f" {'–' if s is None else format(s, '.2f'):>21}" for s in shares)
    return f"{shape:<22} {row['kind']:<19} {row['copy_gb_s']:>9.0f}{shown}"


def beaten(rows: list[dict[str, Any]]) -> list[str]:
    """Say in which cases something was faster than the course's kernels."""
    found = []
    for row in rows:
        times = {name: Times(**value) for name, value in row["ms"].items()}
        shape = "×".join(map(str, row["shape"]))
        found += [f"{shape}, {text}" for text in losses("ours", row["kind"], times)]
    return found or ["In every case ours was the fastest."]


if __name__ == "__main__":
    main()
