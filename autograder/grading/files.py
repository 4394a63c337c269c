"""Write files so that a kill leaves the old content or the new, never half of it."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Replace the file's content in one step, making its folder if need be.

    There is one writer: what a kill left half written is overwritten the next time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.new")
    try:
        scratch.write_text(text, encoding="utf-8", newline="\n")
        os.replace(scratch, path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
