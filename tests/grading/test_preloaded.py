"""Notebooks that import PyTorch run where it is imported already."""

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.submission import preloaded, warm
from autograder.sandbox import Limits


@pytest.mark.parametrize(
    "source",
    [
        "import torch",
        "x = 1\nfrom torch import nn",
        "def f():\n    import torch.nn as t",
    ],
)
def test_a_notebook_that_imports_pytorch_gets_it_preloaded(source):
    notebook = new_notebook(cells=[new_code_cell(source)])
    assert preloaded(notebook) == ("numpy", "torch")


@pytest.mark.parametrize(
    "cell",
    [new_code_cell("# import torch"), new_markdown_cell("import torch")],
    ids=["comment", "text"],
)
def test_a_mention_of_pytorch_preloads_nothing(cell):
    assert preloaded(new_notebook(cells=[cell])) == ("numpy",)


CELL = """
import sys
there = "torch" in sys.modules
import torch

def double(x):
    return there * 2 * torch.from_numpy(x).numpy()
"""


@pytest.mark.timeout(600)
def test_preloaded_pytorch_computes_in_the_forked_sandbox():
    pool = warm(Limits(), False, ("numpy", "torch"))
    for _ in range(2):
        with pool.worker() as worker:
            (run,) = worker.run([CELL])
            assert run.status == "ran", run.sentence
            reply = worker.call("double", (np.ones(3),))
            np.testing.assert_array_equal(reply.value, [2, 2, 2])
