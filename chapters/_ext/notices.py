"""Say whose work the site carries, and under which licence.

Most licences ask that their text goes where the work goes, and a built site carries
much that others wrote. licences/parts.yml lists it. The texts are those of the packages
that the build used, so that the notice fits the very site it is in.
"""

from __future__ import annotations

import textwrap
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx

NOTICE = "_static/third-party.txt"
TEXTS = Path(__file__).parent / "licences"
LINE = "-" * 78
HEAD = """\
The work of others in this site
===============================

The text and the code of the course have licences of their own, which each page
names at its foot. What follows is the work of others. Paths are those in the site.
"""
#: A licence that asks for a link, not for its text.
LINKED = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}

Part = dict[str, Any]


def parts() -> list[Part]:
    """Return the works of others: name, home, licences, files, and whose they are."""
    return yaml.safe_load((TEXTS / "parts.yml").read_text("utf-8"))


def own_text(package: str) -> str:
    """Return the licence text that the installed `package` brings."""
    files = metadata.files(package) or []
    found = [f for f in files if ".dist-info/" in str(f) and "LICENSE" in f.name]
    if not found:
        raise FileNotFoundError(f"The package {package} brings no licence text.")
    return "\n".join(file.read_text("utf-8").strip() for file in found)


def section(part: Part) -> str:
    """Return what the notice says of one part."""
    package = part.get("package")
    version = f" {metadata.version(package)}" if package else ""
    facts = [
        f"{part['name']}{version}, {part['home']}",
        f"Licence: {', '.join(part['licences'])}",
        part.get("owner", ""),
        part.get("remark", ""),
        f"Files: {', '.join(part['files'])}",
    ]
    lines = [line for fact in facts for line in textwrap.wrap(fact, len(LINE))]
    return "\n".join([LINE, *lines, *(["", own_text(package)] if package else [])])


def shared_text(licence: str) -> str:
    """Return the text of a licence that several parts are under."""
    text = LINKED.get(licence) or (TEXTS / f"{licence}.txt").read_text("utf-8")
    return f"{LINE}\n{licence}\n\n{text.strip(chr(10))}"


def notice() -> str:
    """Return the whole notice."""
    all_parts = parts()
    shared = {
        licence
        for part in all_parts
        if "package" not in part
        for licence in part["licences"]
    }
    sections = [*map(section, all_parts), *map(shared_text, sorted(shared))]
    return "\n\n".join([HEAD, *sections]) + "\n"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the notice once the site is written."""
    if error is None and app.builder.format == "html":
        (Path(app.outdir) / NOTICE).write_text(notice(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
