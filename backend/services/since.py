"""The `since:` of logs: everything from the beginning of a span on, where `on:` means the span alone."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.filter import Filter, Term
from backend.domain.paging import ListQuery

_SINCE = "since"


def since(query: ListQuery, instant: str) -> ListQuery:
    """The query with its terms on `since` put on the field `instant`, a span without its end."""
    if query.filter is None:
        return query
    terms = tuple(_open_ended(term, instant) if term.field == _SINCE else term for term in query.filter.terms)
    return replace(query, filter=Filter(terms, query.filter.text))


def _open_ended(term: Term, instant: str) -> Term:
    if term.op == "span":
        return Term(instant, "ge", term.values[:1], term.negated)
    return replace(term, field=instant)
