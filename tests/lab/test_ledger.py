"""The ledger: every claim that a chapter judges is in it, with its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab.ledger import VERDICTS, Claim, chapters, claim, collect, ledger

from tools.build_book import ROOT

FIELDS = {
    "title": "It is faster",
    "says": "Somebody {cite:p}`somebody2020`: twice as fast.",
    "setting": "5 seeds.",
    "now": "Nobody has said otherwise.",
    "verdict": "direction only",
    "because": "It is faster, not twice.",
}
CELL = """\
Text with a call that is none: `claim("no")`.

```{{code-cell}} ipython3
:mystnb:
:  markdown_format: myst

claim("page-speed", measured=f"{{2 * 3:.1f}} times", {fields})
```
"""


def page(folder: Path, **changes: str) -> Path:
    """Write a page with one claim, whose fields may be given as source text."""
    words = {name: repr(value) for name, value in FIELDS.items()} | changes
    fields = ", ".join(f"{name}={value}" for name, value in words.items())
    file = folder / "page.md"
    file.write_text(CELL.format(fields=fields), encoding="utf-8")
    return file


@pytest.fixture
def glued(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found: dict[str, str] = {}
    monkeypatch.setattr(
        "lab.ledger.glue", lambda name, value, display: found.update({name: value})
    )
    return found


def test_a_claim_shows_its_box_and_leaves_its_measurement(
    glued: dict[str, str],
) -> None:
    box = claim("page-speed", measured="6.0 times", **FIELDS).data
    assert glued == {"claim-page-speed": "6.0 times"}
    assert box.startswith("(claim-page-speed)=\n")
    assert "It is faster: direction only" in box
    assert all(FIELDS[name] in box for name in ("says", "setting", "now", "because"))


def test_the_ledger_holds_what_the_page_says_and_pastes_what_it_measured(
    tmp_path: Path,
) -> None:
    file = page(tmp_path)
    assert collect(file) == [Claim("page-speed", **FIELDS)]
    text = ledger([file]).data
    assert "| [It is faster](#ledger-page-speed) | direction only |" in text
    assert "{glue:text}`page.md::claim-page-speed:s`" in text
    assert "(#claim-page-speed)" in text


def test_a_field_that_is_computed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"claim in page\.md.*Only `measured`"):
        collect(page(tmp_path, says='f"{1 + 1} people"'))


def test_an_unknown_verdict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'proved'.*Choose one of: reproduced"):
        collect(page(tmp_path, verdict="'proved'"))


def test_a_key_that_cannot_be_an_address_is_refused(glued: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"'Page speed'.*small letters"):
        claim("Page speed", measured="6", **FIELDS)
    assert glued == {}


def test_every_claim_of_the_book_has_its_own_key() -> None:
    keys = [one.key for file in chapters(ROOT) for one in collect(file)]
    assert len(keys) == len(set(keys))


def test_a_key_begins_with_the_name_of_its_chapter() -> None:
    for file in chapters(ROOT):
        for one in collect(file):
            assert one.key.startswith(f"{file.stem}-"), one.key


def test_the_ledger_explains_every_verdict() -> None:
    text = (ROOT / "chapters/ledger.md").read_text(encoding="utf-8").lower()
    assert all(f"\n{verdict}\n: " in text for verdict in VERDICTS)
