"""How well a name fits what was typed: one order for every search and picker."""

from __future__ import annotations

from enum import IntEnum

from backend.domain.names import fold


class Fit(IntEnum):
    """How well a name fits what was typed, the best first: the whole name, whole words, beginnings of words, parts."""

    NAME = 0
    WORDS = 1
    STARTS = 2
    PARTS = 3


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as a search compares them."""
    return tuple(fold(text).replace(",", " ").split())


def fit_of(wanted: tuple[str, ...], name: str, beside: str = "") -> Fit | None:
    """How a record fits the words that were typed; None where one of them is neither in its name nor in the words
    beside it."""
    own, aside = words_of(name), words_of(beside)
    there, text = {*own, *aside}, " ".join((*own, *aside))
    if not all(word in text for word in wanted):
        return None
    if wanted == own:
        return Fit.NAME
    if there.issuperset(wanted):
        return Fit.WORDS
    return Fit.STARTS if all(any(one.startswith(word) for one in there) for word in wanted) else Fit.PARTS
