"""What Textual drew of pages that are gone is forgotten with them."""

from __future__ import annotations

from functools import cache, lru_cache, partial

from textual._styles_cache import StylesCache

COLOURS = 1024
"""Pairs of colours that are kept, as many as Textual keeps."""


@cache
def forget_gone_pages() -> None:
    """Keep the colours of widgets without the widgets, once in a process.

    Textual keeps them by what draws a widget, and with that all the lines it drew: a thousand widgets of closed pages,
    in which the search for garbage takes half a second after some twenty forms.
    """
    by_colours = partial(StylesCache.get_inner_outer.__wrapped__, StylesCache)
    setattr(StylesCache, "get_inner_outer", staticmethod(lru_cache(COLOURS)(by_colours)))  # noqa: B010 - no method
