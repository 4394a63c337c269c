"""The GPU benchmark: its arithmetic, its checks, and what it says without a GPU."""

import os

os.environ["TRITON_INTERPRET"] = "1"  # before anything imports Triton

import pytest
import torch

from benchmarks import gpu, gpu_candidates, gpu_shares
from benchmarks.gpu_shares import PASSES, Times


def test_a_pass_at_copy_speed_has_the_share_one():
    assert gpu_shares.share(3, ms=3.0, copy_ms=2.0) == 1
    assert gpu_shares.share(5, ms=10.0, copy_ms=2.0) == 0.5


def test_speed_counts_every_time_the_tensor_is_moved():
    assert gpu_shares.gigabytes_a_second(2, 10**9, ms=1000) == 2


def test_what_fits_the_cache_need_not_be_read_twice():
    assert gpu_shares.passes("forward", 100, cache_bytes=99) == 3
    assert gpu_shares.passes("forward", 100, cache_bytes=100) == 2


def test_rounds_are_taken_in_turns_and_their_median_counts():
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in ("copy", "ours")}
    ticks = iter(range(2 * gpu.ROUNDS))
    times = gpu.timed(works, lambda work: float(next(ticks)))
    assert calls[:4] == ["copy", "ours", "copy", "ours"]
    assert times["copy"] == Times(24.0, pytest.approx(9.6), pytest.approx(38.4))
    assert times["ours"].median == 25


def test_a_row_and_its_line_show_shares_and_losses_are_told():
    times = {"copy": Times(2, 2, 2), "ours": Times(4, 4, 4), "eager": Times(3, 3, 3)}
    row = gpu.as_row("core", (2, 3), "forward", 10**9, 0, times)
    assert row["share"] == {"ours": 0.75, "eager": 1.0}
    assert "0.75" in gpu.line(row)
    assert gpu.beaten([row]) == ["2×3, forward: eager is 1.33 times as fast as ours"]


@pytest.mark.parametrize("kind", PASSES)
def test_every_candidate_is_compared_with_float64(kind):
    batch = gpu_candidates.drawn((3, 2, 5, 4), torch.float32, "cpu")
    candidates = gpu_candidates.works(batch, kind, with_compile=False)
    gpu.check(batch, kind, candidates)
    wrong = {"wrong": lambda: (batch.x, None)}
    with pytest.raises(AssertionError, match="wrong, "):
        gpu.check(batch, kind, candidates | wrong)


def test_without_a_gpu_nothing_is_measured_or_saved(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(gpu.machine, "save", lambda *_: pytest.fail("saved"))
    gpu.main(["--quick"])
    assert "nothing was measured" in capsys.readouterr().out
