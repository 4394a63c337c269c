"""Open what the learning platform delivered, a zip or a folder, without trusting it."""

from __future__ import annotations

import contextlib
import os
import stat
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.grading.failure import Failure

MOST_FILES = 50_000
#: Larger files are not notebooks that anybody wrote; the rest of the class goes on.
LARGEST_FILE = 50_000_000
LARGEST_TOTAL = 20_000_000_000
#: Real notebooks shrink ten to thirty times, a bomb a thousand times; a small archive
#: may be as empty as it likes.
HIGHEST_RATIO = 200
RATIO_COUNTS_FROM = 100_000_000
LONGEST_NAME = 200
LONGEST_PATH = 1_000
_JUNK = {"__MACOSX", ".ipynb_checkpoints", ".git", "__pycache__"}
_JUNK |= {".DS_Store", "Thumbs.db", "desktop.ini"}


class CollectError(Failure):
    """Nothing can be collected from the source; the text is a sentence."""


class Unusable(Exception):
    """One delivered file cannot be taken; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One delivered file: where it is, why it is not taken if so, how to read it."""

    path: PurePosixPath
    problem: str | None
    read: Callable[[], bytes]


@contextlib.contextmanager
def open_delivery(source: Path) -> Iterator[list[Entry]]:
    """Give the files of a zip or folder, without system files such as .DS_Store.

    Reading an entry raises :exc:`Unusable` when its content is damaged.

    :raises CollectError: when the source is missing, is neither a zip nor a folder, or
        is an archive that no learning platform makes: paths that lead out of it, links,
        a bomb, too many files.
    """
    if source.is_dir():
        yield _folder_entries(source)
        return
    if not source.exists():
        raise CollectError(f"There is no {source}. Name the zip or folder to collect.")
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise CollectError(
            f"{source.name} is neither a folder nor a zip archive that can be read"
            f" ({error}). Name the zip that the learning platform made, or a folder."
        ) from None
    with archive:
        yield _zip_entries(archive, source)


def _refused(source: Path, why: str) -> CollectError:
    return CollectError(
        f"{source.name} was refused and nothing was unpacked: {why}. No learning"
        " platform makes such a source; find out where it comes from."
    )


def _is_junk(path: PurePosixPath) -> bool:
    return path.name.startswith("._") or bool(_JUNK & set(path.parts))


def _problem(path: PurePosixPath, size: int, copies: int = 1) -> str | None:
    if any(len(part.encode()) > LONGEST_NAME for part in path.parts):
        return f"has a name longer than {LONGEST_NAME} bytes"
    if len(str(path).encode()) > LONGEST_PATH:
        return f"has a path longer than {LONGEST_PATH} bytes"
    if any(unicodedata.category(character) == "Cc" for character in str(path)):
        return "has a name with control characters"
    if copies > 1:
        return "shares its name with another entry, so that it is unclear which counts"
    if size > LARGEST_FILE:
        return f"is {size / 1e6:.0f} MB large; the limit is {LARGEST_FILE / 1e6:.0f} MB"
    return None


def _folder_entries(source: Path) -> list[Entry]:
    entries: list[Entry] = []
    for folder, folders, files in os.walk(source, followlinks=False):
        folders.sort()
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in sorted([*files, *links]):
            file = Path(folder, name)
            path = _composed(file.relative_to(source).as_posix())
            if not _is_junk(path):
                entries.append(Entry(path, _file_problem(file, path), _reader(file)))
        if len(entries) > MOST_FILES:
            raise _refused(source, f"it holds more than {MOST_FILES} files")
    return entries


def _composed(path: str) -> PurePosixPath:
    # macOS writes "é" as two characters; one student must not become two.
    return PurePosixPath(
        unicodedata.normalize("NFC", path.encode(errors="replace").decode())
    )


def _file_problem(file: Path, path: PurePosixPath) -> str | None:
    status = file.lstat()
    if stat.S_ISLNK(status.st_mode):
        return "is a symbolic link, which is not followed"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    return _problem(path, status.st_size)


def _reader(file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise Unusable(f"cannot be read ({error.strerror})") from None

    return read


def _zip_entries(archive: zipfile.ZipFile, source: Path) -> list[Entry]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(archive.infolist()) > MOST_FILES:
        raise _refused(source, f"it holds more than {MOST_FILES} files")
    for info in archive.infolist():
        _check_place(info, source)
    _check_size(infos, source)
    paths = [_composed(info.filename.replace("\\", "/")) for info in infos]
    # A file with the name of a folder cannot be written beside what that folder holds.
    folders = {parent for path in paths for parent in path.parents}
    copies = Counter(paths) + Counter(path for path in paths if path in folders)
    return [
        Entry(
            path,
            _problem(path, info.file_size, copies[path]),
            partial(_read_member, archive, info),
        )
        for path, info in zip(paths, infos, strict=True)
        if not _is_junk(path)
    ]


def _check_place(info: zipfile.ZipInfo, source: Path) -> None:
    name = info.filename.replace("\\", "/")
    shown = f"{name[:60]!r}"
    if name.startswith("/") or name[1:2] == ":":
        raise _refused(source, f"its entry {shown} has an absolute path")
    if ".." in name.split("/"):
        raise _refused(source, f"its entry {shown} leads out of the archive")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise _refused(source, f"its entry {shown} is a symbolic link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(source, f"its entry {shown} is a device or pipe")


def _check_size(infos: list[zipfile.ZipInfo], source: Path) -> None:
    # A single oversized file is that student's problem and is never unpacked.
    total = sum(i.file_size for i in infos if i.file_size <= LARGEST_FILE)
    packed = max(1, source.stat().st_size)
    if total > LARGEST_TOTAL:
        raise _refused(source, f"unpacked it would take {total / 1e9:.0f} GB")
    if total > RATIO_COUNTS_FROM and total / packed > HIGHEST_RATIO:
        raise _refused(
            source,
            f"its {packed / 1e6:.1f} MB would unpack to {total / 1e6:.0f} MB, as only"
            " an archive made to fill the disk does",
        )


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            data = file.read(LARGEST_FILE + 1)
    except RuntimeError:
        raise Unusable("is encrypted") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
        raise Unusable("is damaged inside the archive") from None
    if len(data) > LARGEST_FILE:
        raise Unusable("is larger than the archive says")
    return data
