"""Make the setting `show_solutions` known to Sphinx; tools/solution_pages.py obeys."""

from __future__ import annotations

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    app.add_config_value("show_solutions", default=False, rebuild="env", types=[bool])
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
