"""Take a class's notebooks from the learning platform to grades."""

from __future__ import annotations

import sys

# Reading a notebook imports jsonschema, which imports this package where it is
# installed, which builds a grammar for a second or more: longer than grading takes. It
# is for the format "iri", which no schema of a notebook has, and jsonschema does
# without it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
