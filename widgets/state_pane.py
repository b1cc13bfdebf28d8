"""What a pane says when it has no rows to show: loading, failed, empty, nothing found, no permission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content

from widgets.text import Part, assemble


@dataclass(frozen=True, slots=True)
class PaneState:
    """A state in words: a headline, lines under it, and the keys that lead out of it."""

    headline: tuple[Part, ...]
    lines: tuple[tuple[Part, ...], ...] = ()
    ways: tuple[tuple[str, str, str], ...] = ()
    """Key, what it does, and a remark in the third reading."""

    def content(self) -> Content:
        """The whole text, its ways out one line each after an empty line."""
        rows = [assemble(self.headline), *(assemble(line) for line in self.lines)]
        if self.ways:
            width = max(len(key) for key, _, _ in self.ways)
            rows.append(Content(""))
            rows += [
                assemble([(key.ljust(width), "bold $sp-acc"), (f" {word}", "$sp-t1"), (f"   {remark}", "$sp-t3")])
                for key, word, remark in self.ways
            ]
        return Content("\n").join(rows)


def failed(what: str, why: str, tried: str = "", ways: Iterable[tuple[str, str]] = (("r", "Retry"),)) -> PaneState:
    """Something could not be read: what, why, how often it was tried, and how to try again."""
    lines: list[tuple[Part, ...]] = [((why, "$sp-t2"),)]
    if tried:
        lines.append(((tried, "$sp-t3"),))
    return PaneState((("× ", "$sp-bad"), (what, "bold $sp-bad")), tuple(lines), _ways(ways))


def empty(sentence: str, key: str = "", word: str = "") -> PaneState:
    """There is nothing yet: one sentence, and the key that adds the first."""
    return PaneState(((sentence, "$sp-t1"),), ways=((key, word, ""),) if key else ())


def nothing_found(expression: str, total: int) -> PaneState:
    """The filter fits nothing: what it says, and how to clear or change it."""
    return PaneState(
        (("Nothing matches", "bold $sp-t1"),),
        ((((expression, "$sp-acc")),),),
        (("Esc", "Clear the filter", f"shows {total:,}"), ("/", "Change it", "")),
    )


def no_permission(what: str, who: str, open_still: str, ways: Iterable[tuple[str, str]] = ()) -> PaneState:
    """It is closed to this account: what, who closed it, and what stays open."""
    return PaneState(
        ((what, "bold $sp-t1"),),
        (((who, "$sp-t2"),), ((open_still, "$sp-t3"),)),
        _ways(ways),
    )


def _ways(ways: Iterable[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    """Keys and words without remarks."""
    return tuple((key, word, "") for key, word in ways)
