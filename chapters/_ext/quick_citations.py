"""Look each plug-in of pybtex up once, and not again for every citation.

Each time it searches the metadata of all installed packages, which takes longer than
anything else that is done for a citation.
"""

from __future__ import annotations

from functools import cache

from pybtex import plugin
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    plugin._load_entry_point = cache(plugin._load_entry_point)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
