"""A built book is not built again for what no page can see."""

import sys
from pathlib import Path

import pytest

from tools import freshness


def test_the_environment_is_the_installed_packages_whatever_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = freshness.environment()
    info = tmp_path / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: stranger\nVersion: 1\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert freshness.environment() == before
    assert "numpy==" in before
