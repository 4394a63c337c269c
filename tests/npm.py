"""What tests take from the npm registry, pinned in a package.json beside them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tools import system_packages

KEPT = Path(__file__).parents[1] / "_build" / "node"
INSTALL = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")


def installed(manifest: Path) -> Path:
    """Return the node_modules of the package.json `manifest`, filling it once."""
    if system_packages.missing(["node"]):
        pytest.skip(system_packages.sentence(["node"]))
    wanted = manifest.read_text("utf-8")
    folder = KEPT / manifest.parent.name
    copy = folder / "package.json"
    if not copy.is_file() or copy.read_text("utf-8") != wanted:
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as name:
            fresh = Path(name, "fresh")
            fresh.mkdir()
            (fresh / "package.json").write_text(wanted, "utf-8")
            subprocess.run(INSTALL, cwd=fresh, check=True, capture_output=True)
            put(fresh, folder)
    return folder / "node_modules"


def put(fresh: Path, folder: Path) -> None:
    """Move `fresh` to `folder`, unless a test beside this one was faster."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
