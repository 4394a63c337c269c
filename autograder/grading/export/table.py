"""A platform's CSV file: read as it came, written so that no spreadsheet runs it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.failure import Failure

#: Spreadsheets take a text that begins so for a formula and run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d.,]*%?")
_BOM = "\ufeff"


@dataclass
class Table:
    """The lines of a CSV file; ``mark`` tells whether it began with a byte order mark.

    Excel writes and needs that mark, and semicolons where the comma is decimal.
    """

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    mark: bool = False

    def find(self, name: str) -> int | None:
        """Return the place of a column, whatever its case; None if there is none."""
        names = [title.strip().casefold() for title in self.header]
        return names.index(name.casefold()) if name.casefold() in names else None

    def only(self, columns: list[int]) -> Table:
        """Return the table of these columns."""
        rows = [[row[place] for place in columns] for row in self.rows]
        header = [self.header[place] for place in columns]
        return Table(header, rows, self.delimiter, self.mark)

    def to_bytes(self) -> bytes:
        """Return the file's content; what could be a formula begins with an
        apostrophe."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n")
        writer.writerow(self.header)
        writer.writerows([inert(cell) for cell in row] for row in self.rows)
        return ((_BOM if self.mark else "") + text.getvalue()).encode()


def inert(cell: str) -> str:
    """Return the cell so that a spreadsheet shows it and does not run it.

    >>> inert("=1+1"), inert("-3.5"), inert("-"), inert("Ada")
    ("'=1+1", '-3.5', '-', 'Ada')
    """
    formula = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell


def read(path: Path) -> Table:
    """Read a CSV file; short lines are filled up.

    Raises :exc:`Failure` if it is no such file.
    """
    data = path.read_bytes()
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        csv.field_size_limit(len(text) + 1)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failure(
            f"{path} cannot be read as a CSV file ({error}). Download it again, and do "
            "not save it in a spreadsheet program."
        ) from error
    lines = [line for line in lines if line]
    if not lines:
        raise Failure(f"{path} is empty. Download it again.")
    width = max(map(len, lines))
    header, *rows = [line + [""] * (width - len(line)) for line in lines]
    return Table(header, rows, delimiter, data.startswith(_BOM.encode()))
