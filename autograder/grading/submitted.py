"""Put one student's work into the course's submitted folder, in one step."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

from autograder.grading.delivery import CollectError

_TIME = "timestamp.txt"
SAME = "The same notebook had been collected before."
NEWER = "A newer notebook had been collected before and was kept."


def place(
    home: Path,
    assignment: str,
    notebook: bytes,
    files: dict[PurePosixPath, bytes],
    timestamp: str | None,
) -> list[str]:
    """Write the work to its home and return, as sentences, what was there before.

    A kill leaves the old work or the new. Work that was collected before stays: the
    same notebook is not written again, a newer one is not replaced by an older one,
    and a replaced one is kept in ``earlier/``.

    :raises CollectError: when the folder cannot be written.
    """
    try:
        _recover(home)
        before = _read(home / f"{assignment}.ipynb")
        if before == notebook:
            return [SAME]
        known = _read(home / _TIME)
        if before is not None and _is_newer(known, timestamp):
            return [NEWER]
        fresh = home.with_name(f".{home.name}.new")
        _write(fresh, assignment, notebook, files, timestamp)
        if before is None:
            _swap(home, fresh)
            return []
        _keep_earlier(home, fresh, before)
        _swap(home, fresh)
    except OSError as error:
        raise CollectError(
            f"{home} cannot be written ({error.strerror}). What was collected before is"
            " intact; free space or give permission, and collect again."
        ) from error
    return ["It replaces the notebook collected before, which is kept in earlier/."]


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _is_newer(known: bytes | None, timestamp: str | None) -> bool:
    if known is None or timestamp is None:
        return False
    return known.decode(errors="replace").strip() > timestamp


def _write(
    fresh: Path,
    assignment: str,
    notebook: bytes,
    files: dict[PurePosixPath, bytes],
    timestamp: str | None,
) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    (fresh / f"{assignment}.ipynb").write_bytes(notebook)
    for name, data in files.items():
        file = fresh / "original" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    if timestamp is not None:
        (fresh / _TIME).write_text(timestamp, encoding="utf-8")


def _keep_earlier(home: Path, fresh: Path, notebook: bytes) -> None:
    earlier = fresh / "earlier"
    if (home / "earlier").is_dir():
        shutil.copytree(home / "earlier", earlier)
    earlier.mkdir(exist_ok=True)
    number = len(list(earlier.iterdir())) + 1
    (earlier / f"{number}.ipynb").write_bytes(notebook)


def _swap(home: Path, fresh: Path) -> None:
    old = _old(home)
    if home.exists():
        home.rename(old)
    fresh.rename(home)
    shutil.rmtree(old, ignore_errors=True)


def _recover(home: Path) -> None:
    # A kill between the two renames of a swap leaves the work under its old name.
    if _old(home).exists() and not home.exists():
        _old(home).rename(home)


def _old(home: Path) -> Path:
    return home.with_name(f".{home.name}.old")
