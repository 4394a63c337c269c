"""The kernels build for GPUs that are not here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.gpu import ahead

PROGRAM = """
from autograder.gpu.ahead import KERNELS, build
for kernel, constants in KERNELS:
    for capability, element in ((75, "fp32"), (80, "fp16"), (90, "bf16")):
        # Small tiles compile fast; the T4 gets those of a launch.
        small = {"BLOCK_S": 256} if "BLOCK_S" in constants and capability > 75 else {}
        built = build(kernel, {**constants, **small}, capability, element)
        assert built.binary[:4] == b"\\x7fELF"
        print(built.kernel, built.capability)
"""


def test_every_kernel_builds_for_three_generations(tmp_path: Path):
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path)}
    del environment["TRITON_INTERPRET"]
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3 * len(ahead.KERNELS)


def test_interpreted_kernels_are_refused_with_what_to_do():
    kernel, constants = ahead.KERNELS[0]
    with pytest.raises(ahead.Interpreted, match="without TRITON_INTERPRET"):
        ahead.build(kernel, constants, 75, "fp32")
