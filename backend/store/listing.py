"""Lists read page by page along a total order (sort value, id): the same cost at the first row and at the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
)

from backend.domain.errors import Invalid
from backend.domain.filter import Term, Value
from backend.domain.names import fold
from backend.domain.paging import Key, ListQuery, ListRow

PAGE = 256
ANCHORS = 256
COUNTED = 2000
_BEYOND_EVERY_ID = 2**62


@dataclass(frozen=True, slots=True)
class FilterColumn:
    """What a field of the filter compares with.

    `kind` "value" compares as it is; "folded" and "contains" fold what was typed for a column that holds folded text,
    and ask for the whole of it or for a part.
    """

    expr: ColumnElement[Any]
    kind: Literal["value", "folded", "contains"] = "value"


@dataclass(frozen=True, slots=True)
class Anchors:
    """Keys of every `step`th row of a list of `total` rows, the first row's included: an index for jumps."""

    total: int
    step: int
    keys: tuple[Key, ...]

    def at(self, fraction: float) -> tuple[int, Key]:
        """Position and key of the anchor nearest before `fraction` (0 to 1) of the list; needs one row at least."""
        number = min(int(fraction * self.total) // self.step, len(self.keys) - 1)
        return number * self.step, self.keys[number]


@dataclass(frozen=True, slots=True)
class _Ends:
    """First and last sort value of a list of about `total` rows; `edge` is an id before those of equal values."""

    total: int
    low: Any
    high: Any
    edge: int

    def at(self, fraction: float) -> tuple[int, Key]:
        """Position and key at `fraction` of the list, if its rows lay evenly."""
        span = (self.high - self.low) * fraction
        value = self.low + (int(span) if isinstance(self.low, int) else span)
        return round(fraction * self.total), (value, self.edge)


@dataclass(frozen=True, slots=True)
class _Order:
    """The total order of a query: a sort value, then the id, both in the same direction."""

    sort: ColumnElement[Any]
    row_id: ColumnElement[int]
    descending: bool

    def clauses(self) -> tuple[ColumnElement[Any], ...]:
        """What ORDER BY takes."""
        if self.descending:
            return self.sort.desc(), self.row_id.desc()
        return self.sort.asc(), self.row_id.asc()

    def beyond(self, key: Key, *, inclusive: bool = False) -> ColumnElement[bool]:
        """The rows after `key`, as one comparison of row values, which an index on both columns serves."""
        place = tuple_(self.sort, self.row_id)
        bound = tuple_(literal(key[0], self.sort.type), literal(key[1], self.row_id.type))
        if self.descending:
            return place <= bound if inclusive else place < bound
        return place >= bound if inclusive else place > bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list over `source` (a table or a join), cheap to make for each call.

    `id_column` is unique in it. `columns` are the values to read by field name; `sorts` the orders offered, none of
    which may be NULL: coalesce what may be, and index what is large. `filters` are the fields of the filter; `words`
    the columns of folded text in which bare words are searched. `where` always holds.
    """

    source: FromClause
    id_column: ColumnElement[int]
    columns: Mapping[str, ColumnElement[Any]]
    sorts: Mapping[str, ColumnElement[Any]]
    default_sort: str
    descending: bool = False
    filters: Mapping[str, FilterColumn]
    words: Sequence[ColumnElement[str]] = ()
    where: ColumnElement[bool] | None = None

    def rows(
        self,
        connection: Connection,
        query: ListQuery,
        *,
        after: Key | None = None,
        before: Key | None = None,
        last: bool = False,
        limit: int = PAGE,
    ) -> list[ListRow]:
        """One page in display order: the first, the `last`, or the rows next to a key, which need not exist any more.

        `after` and `before` leave out the key's own row. Raises Invalid for a sort or filter field that is not there.
        """
        if before is not None or last:
            bound = None if before is None else self._order(query, backwards=True).beyond(before)
            return self._fetch(connection, query, bound, limit, backwards=True)[::-1]
        bound = None if after is None else self._order(query).beyond(after)
        return self._fetch(connection, query, bound, limit)

    def count(self, connection: Connection, query: ListQuery, *, cap: int | None = None) -> int:
        """How many rows there are, counted no further than `cap`; reads every row that it counts."""
        found = select(literal(1)).select_from(self.source).where(self._condition(query)).limit(cap).subquery()
        return int(connection.execute(select(func.count()).select_from(found)).scalar_one())

    def estimate(self, connection: Connection, query: ListQuery) -> int:
        """At once, a number not under the true one: exact for short lists without a filter, else the span of ids."""
        if query.filter is None or not query.filter.terms:
            counted = self.count(connection, query, cap=COUNTED)
            if counted < COUNTED:
                return counted
        first, last = select(func.min(self.id_column)), select(func.max(self.id_column))  # one query would scan
        low, high = connection.execute(select(first.scalar_subquery(), last.scalar_subquery())).one()
        return 0 if low is None else int(high - low + 1)

    def anchors(self, connection: Connection, query: ListQuery, *, most: int = ANCHORS) -> Anchors:
        """Sparse anchors of the whole list; reads all its keys once, so a long list's belong into a thread."""
        order, total = self._order(query), self.count(connection, query)
        step = max(1, -(-total // most))
        number = func.row_number().over(order_by=order.clauses()) - 1
        keys = (
            select(order.sort.label("sort"), self.id_column.label("row_id"), number.label("number"))
            .select_from(self.source)
            .where(self._condition(query))
            .subquery()
        )
        sparse = select(keys.c.sort, keys.c.row_id).where(keys.c.number % step == 0).order_by(keys.c.number)
        return Anchors(total, step, tuple(tuple(row) for row in connection.execute(sparse)))

    def rank(
        self,
        connection: Connection,
        query: ListQuery,
        fraction: float,
        limit: int = PAGE,
        *,
        anchors: Anchors | None = None,
    ) -> tuple[int, list[ListRow]]:
        """The page at about `fraction` (0 to 1) of the list with the position of its first row, for scrollbar jumps.

        Without `anchors` an instant or a number is interpolated between the list's ends, at once; any other sort has
        its anchors read first. Position 0 is the first row; positions count against `anchors`, else `estimate`.
        """
        places = anchors or self._ends(connection, query) or self.anchors(connection, query)
        if fraction <= 0 or places.total <= limit:
            return 0, self.rows(connection, query, limit=limit)
        if fraction < 1:
            position, key = places.at(fraction)
            bound = self._order(query).beyond(key, inclusive=True)
            page = self._fetch(connection, query, bound, limit)
            if len(page) == limit:
                return min(position, places.total - limit), page
        page = self.rows(connection, query, last=True, limit=limit)
        return max(0, places.total - len(page)), page

    def key_of(self, connection: Connection, query: ListQuery, row_id: int) -> Key | None:
        """The key of a row in the order asked for; None when the list does not hold it."""
        wanted = select(self._order(query).sort, self.id_column).select_from(self.source)
        wanted = wanted.where(self._condition(query), self.id_column == row_id)
        found = connection.execute(wanted).one_or_none()
        return None if found is None else tuple(found)

    def _ends(self, connection: Connection, query: ListQuery) -> _Ends | Anchors | None:
        """The ends of the list where positions between them can be interpolated."""
        first, last = self.rows(connection, query, limit=1), self.rows(connection, query, last=True, limit=1)
        if not first or not last:
            return Anchors(0, 1, ())
        low, high = first[0].key[0], last[0].key[0]
        if not isinstance(low, datetime | int | float):
            return None
        edge = _BEYOND_EVERY_ID if self._order(query).descending else 0
        return _Ends(self.estimate(connection, query), low, high, edge)

    def _fetch(
        self,
        connection: Connection,
        query: ListQuery,
        bound: ColumnElement[bool] | None,
        limit: int,
        *,
        backwards: bool = False,
    ) -> list[ListRow]:
        order = self._order(query, backwards=backwards)
        statement: Select[Any] = (
            select(self.id_column, order.sort, *self.columns.values())
            .select_from(self.source)
            .where(self._condition(query) if bound is None else and_(self._condition(query), bound))
            .order_by(*order.clauses())
            .limit(limit)
        )
        names = tuple(self.columns)
        found = [ListRow(row[0], (row[1], row[0]), dict(zip(names, row[2:], strict=True)))
                 for row in connection.execute(statement)]  # fmt: skip
        if any(row.key[0] is None for row in found):
            raise RuntimeError("a list is sorted by a value that may be NULL")
        return found

    def _order(self, query: ListQuery, *, backwards: bool = False) -> _Order:
        name = query.sort or self.default_sort
        if name not in self.sorts:
            raise Invalid({"sort": f"This list cannot be sorted by {name}. Sorts: {', '.join(self.sorts)}."})
        descending = query.descending
        if descending is None:
            descending = self.descending if name == self.default_sort else False
        return _Order(self.sorts[name], self.id_column, descending != backwards)

    def _condition(self, query: ListQuery) -> ColumnElement[bool]:
        terms = query.filter.terms if query.filter is not None else ()
        always = true() if self.where is None else self.where
        return and_(always, *(self._term(term) for term in terms))

    def _term(self, term: Term) -> ColumnElement[bool]:
        holds = self._words(term) if term.field is None else self._compared(term)
        # What is not known is not so: a denied term keeps the rows where the column is NULL.
        return not_(func.coalesce(holds, false())) if term.negated else holds

    def _words(self, term: Term) -> ColumnElement[bool]:
        if not self.words:
            raise Invalid({"filter": "This list has no text to search. Name a field."})
        return or_(*(_contains(column, value) for column in self.words for value in term.values))

    def _compared(self, term: Term) -> ColumnElement[bool]:
        column = self.filters.get(term.field or "")
        if column is None:
            raise Invalid({"filter": f"This list cannot be filtered by {term.field}."})
        expr, values = column.expr, term.values
        match term.op:
            case "lt":
                return expr < values[0]
            case "le":
                return expr <= values[0]
            case "gt":
                return expr > values[0]
            case "ge":
                return expr >= values[0]
            case "span":
                return and_(expr >= values[0], expr < values[1])
        if column.kind == "contains":
            return or_(*(_contains(expr, value) for value in values))
        wanted = [fold(str(value)) for value in values] if column.kind == "folded" else list(values)
        return expr == wanted[0] if len(wanted) == 1 else expr.in_(wanted)


def _contains(column: ColumnElement[Any], value: Value) -> ColumnElement[bool]:
    return column.contains(fold(str(value)), autoescape=True)
