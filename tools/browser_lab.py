"""Put into the site what runs notebooks in the browser: JupyterLite.

The exercises that need NumPy alone can be done there, without an installation and
without an account. Nothing of it loads before a reader opens one. Then Python itself
(Pyodide) comes from where JupyterLite says, so this part needs the internet.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from tools import freshness

#: Where it lies in the site; pages link to it by this name.
FOLDER = "lite"
# PyTorch and Triton are not in Pyodide.
NEEDS_MORE = re.compile(r"^ *\"(?:import|from) (?:torch|triton)\b", re.MULTILINE)
# Of what this environment adds to JupyterLab, a reader needs the kernel alone.
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
OPTIONS = (
    *("--apps", "notebooks", "--no-sourcemaps", "--no-unused-shared-packages"),
    *("--ignore-sys-prefix", "federated_extensions"),
    *("--LiteBuildConfig.federated_extensions", str(Path(sys.prefix) / KERNEL)),
)


def notebooks(book: Path) -> list[Path]:
    """Return the released notebooks of `book` that need no more than NumPy."""
    released = sorted((book / "chapters/exercises").glob("*/*.ipynb"))
    return [path for path in released if runs_there(path)]


def runs_there(notebook: Path) -> bool:
    """Tell whether a notebook imports nothing that browsers do not have."""
    return not NEEDS_MORE.search(notebook.read_text("utf-8"))


def add(book: Path, site: Path, kept: Path) -> None:
    """Write it into `site`, from the folder `kept` if that still holds the same.

    A book without such notebooks gets none.

    Raises :exc:`subprocess.CalledProcessError` with what JupyterLite printed.
    """
    paths, key = notebooks(book), kept / "made_from.txt"
    if not paths:
        return
    made_from = freshness.digest(book, paths, " ".join([_versions(), *OPTIONS]))
    if not key.is_file() or key.read_text("utf-8") != made_from:
        shutil.rmtree(kept, ignore_errors=True)
        _build(paths, kept / FOLDER)
        key.write_text(made_from, encoding="utf-8")
    shutil.copytree(kept / FOLDER, site / FOLDER)


def _versions() -> str:
    names = ("jupyterlite-core", "jupyterlite-pyodide-kernel")
    return " ".join(f"{name} {metadata.version(name)}" for name in names)


def _build(paths: list[Path], output: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        contents = Path(folder) / "contents"
        contents.mkdir()
        for path in paths:
            shutil.copy2(path, contents)
        command = [sys.executable, "-m", "jupyterlite_core", "build", *OPTIONS]
        command += ["--contents", str(contents), "--output-dir", str(output)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
