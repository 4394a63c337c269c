"""The rehearsal of Colab tells a notebook that works from one that does not."""

import nbformat
import pytest

from tools import colab


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook of the given cells and return its path."""

    def write(*cells):
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells]
        )
        path = tmp_path / "some.ipynb"
        nbformat.write(made, path)
        return path

    return write


CHECK = 'def check(name):\n    print(f"{name}: {points} of 10 points")'


def test_what_is_rehearsed_is_the_gpu_chapter_and_every_exercise():
    names = {path.parent.name for path in colab.notebooks()}
    assert {"chapters", "forward", "gpu"} <= names


@pytest.mark.parametrize(
    ("cells", "status", "said"),
    [
        (["points = 10", CHECK, 'check("a")'], 0, "some.ipynb: ran to the end"),
        (["points = 4", CHECK, 'check("a")'], 1, 'check("a"): 4 of 10 points'),
        (["1 / 0"], 1, "ZeroDivisionError"),
    ],
    ids=["right", "points lost", "fails"],
)
def test_a_notebook_is_run_and_its_checks_are_read(
    notebook, capsys, monkeypatch, cells, status, said
):
    for name in ("JUPYTER_PREFER_ENV_PATH", "COLAB_RELEASE_TAG"):
        monkeypatch.setenv(name, "kept by monkeypatch")
    assert colab.main([str(notebook(*cells))]) == status
    assert said in capsys.readouterr().out
