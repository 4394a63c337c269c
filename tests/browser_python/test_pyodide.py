"""The package in the Python that browsers run, as far as that goes without NumPy.

Pyodide comes from the npm registry; its NumPy does not, so a stand-in takes its place:
what is shown is that the package needs nothing else, and that it can read its own
sources there, which the slips are made of.
"""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from autograder.exercises import load, names
from tests import npm
from tools import build_book

HERE = Path(__file__).parent
ROOT = build_book.ROOT


@pytest.fixture(scope="session")
def pyodide() -> Path:
    """Return the folder of the pinned Pyodide."""
    return npm.installed(HERE / "package.json") / "pyodide"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package's wheel, as the site offers it."""
    folder = tmp_path_factory.mktemp("wheel")
    build_book.build_wheel(ROOT, folder)
    (found,) = folder.rglob("*.whl")
    return found


@pytest.mark.timeout(600)
def test_the_package_runs_in_pyodide_with_nothing_but_numpy(
    pyodide: Path, wheel: Path
) -> None:
    command = ["node", HERE / "run.mjs", pyodide, wheel, HERE / "program.py"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["platform"] == "emscripten"
    assert found["slips"] == {name: len(load(name).slips) for name in names()}
    assert found["text"].startswith("Exercise: 0 of 5 points")
    assert found["html"] == "<section"
    assert found["foreign"] == ["autograder", "numpy"]


@pytest.mark.parametrize("name", names())
def test_the_first_cell_asks_the_browser_for_the_wheel_that_the_site_has(
    name: str, wheel: Path
) -> None:
    notebook = ROOT / f"chapters/exercises/{name}/{name}.ipynb"
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    first = next("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    assert f'"{config["html"]["baseurl"]}wheels/{wheel.name}"' in first
    assert f"git+{config['repository']['url']}" in first
