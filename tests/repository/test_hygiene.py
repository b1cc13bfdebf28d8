"""What no file of the project may hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = {".git", ".venv", "mutants", "__pycache__", ".mypy_cache", ".ruff_cache", ".hypothesis", "build"}
TEXTS = {".py", ".toml", ".md", ".txt", ".tcss", ".cfg", ".yml", ".yaml", ""}


def files() -> list[Path]:
    """Every text file of the project."""
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix in TEXTS
        and not SKIPPED & set(path.relative_to(ROOT).parts)
        and not any(part.endswith(".egg-info") for part in path.parts)
    ]


def test_lock_files_hold_names_versions_and_hashes_only() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(
                r"([a-z0-9._-]+(\[[a-z,]+\])?==[^\s]+( ; [^\\]+)? \\| {4}--hash=sha256:[0-9a-f]{64}( \\)?|)",
                line,
                re.IGNORECASE,
            ), line


def test_no_file_names_a_package_index() -> None:
    hosts = re.compile(r"(py" + r"pi\.org|python" + r"hosted|npm" + r"js\.org|index-" + r"url\s*=)", re.IGNORECASE)
    assert not [path for path in files() if hosts.search(path.read_text(encoding="utf-8", errors="replace"))]


def test_requirements_are_pinned_for_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    for wanted in project["dependencies"]:
        name = re.split(r"[<>=\[]", wanted)[0]
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE | re.IGNORECASE), name


def test_every_link_of_the_manual_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
