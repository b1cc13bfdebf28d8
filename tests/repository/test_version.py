"""The version of the product stands in one place; its history and its package agree with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import smartplus_tui

ROOT = Path(__file__).resolve().parents[2]


def test_the_newest_heading_of_the_changes_is_the_version() -> None:
    headings = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == smartplus_tui.__version__
    assert headings == sorted(headings, key=lambda one: [int(part) for part in one.split(".")], reverse=True)
    assert len(headings) == len(set(headings))


def test_the_package_reads_the_version_from_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "smartplus_tui.__version__"}
