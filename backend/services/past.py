"""The rules as they stood: each row that has changed since is put back as it was before its first change (SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from backend.domain.access.rules import Rules
from backend.services.rules import READ, RuleRows, open_image
from backend.store import tables as t
from backend.store.seal import Sealer

HORIZON = 200_000
"""Changes since, at most, through which the past is looked for: a quarter of a second."""

IMAGES = 20_000
"""Images of rows among them that are opened at most: half a second. A row that was made since needs none."""

_APART = timedelta(minutes=1)
"""How far the times of changes may be from the order of their numbers, where several processes write at once."""


def rules_at(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    at: datetime,
    holder_ids: Iterable[int] | None = None,
) -> Rules | None:
    """The rules as they stood at the instant `at`; None beyond the horizon and before the community was there."""
    rows = rows_at(connection, sealer, community_id, at, holder_ids)
    return None if rows is None else rows.rules(sealer)


def rows_at(
    connection: Connection,
    sealer: Sealer,
    community_id: int,
    at: datetime,
    holder_ids: Iterable[int] | None = None,
    *,
    values: bool = True,
) -> RuleRows | None:
    """The rows that decided at the instant `at`, credentials with their sealed values or without; else as `rules_at`.

    What matters of a row is its first change since: the image before it. With `holder_ids` those of other people are
    passed over.
    """
    rows = RuleRows.fetch(connection, community_id, holder_ids, values=values)
    first = _first_after(connection, at - _APART)
    if first is None:
        return rows
    c, operation = t.change, t.operation
    newest = connection.execute(select(func.max(c.c.id))).scalar_one()
    if newest - first >= HORIZON:
        return None
    wanted = and_(c.c.id >= first, c.c.from_at > at, c.c.table_name.in_(READ), _about(connection, rows.holder_ids))
    firsts = (
        select(func.min(c.c.id).label("id"))
        .join(operation, operation.c.id == c.c.operation_id)
        .where(operation.c.community_id == community_id, wanted)
        .group_by(c.c.table_name, c.c.row_id)
        .subquery()
    )
    found = connection.execute(
        select(c.c.table_name, c.c.row_id, c.c.before_sealed).join(firsts, firsts.c.id == c.c.id)
    ).all()
    if sum(sealed is not None for _, _, sealed in found) > IMAGES:
        return None
    for table, row_id, sealed in found:
        rows.put(table, row_id, open_image(sealer, table, row_id, sealed))
    return rows if rows.rows["community"] else None


def walk_back(
    connection: Connection, sealer: Sealer, community_id: int, instants: Iterable[datetime], holder_ids: Iterable[int]
) -> Iterator[tuple[datetime, RuleRows]]:
    """The rows about these people at several instants, the latest first; the rows are the same object each time.

    Nothing at all where the earliest lies beyond the horizon.
    """
    wanted = sorted(set(instants), reverse=True)
    if not wanted:
        return
    rows = RuleRows.fetch(connection, community_id, holder_ids)
    first = _first_after(connection, wanted[-1] - _APART)
    later = [] if first is None else _later(connection, community_id, first, rows)
    if later is None:
        return
    back = iter(later)
    change = next(back, None)
    for at in wanted:
        while change is not None and change.from_at > at:
            image = open_image(sealer, change.table_name, change.row_id, change.before_sealed)
            rows.put(change.table_name, change.row_id, image)
            change = next(back, None)
        if rows.rows["community"]:
            yield at, rows


def _later(connection: Connection, community_id: int, first: int, rows: RuleRows) -> list[Row[Any]] | None:
    """The changes from the number `first` on about the people of the rows, the last first; None beyond the horizon."""
    c, operation = t.change, t.operation
    if connection.execute(select(func.max(c.c.id))).scalar_one() - first >= HORIZON:
        return None
    query: Select[Any] = (
        select(c.c.table_name, c.c.row_id, c.c.from_at, c.c.before_sealed)
        .join(operation, operation.c.id == c.c.operation_id)
        .where(operation.c.community_id == community_id, c.c.id >= first, c.c.table_name.in_(READ))
        .where(_about(connection, rows.holder_ids))
        .order_by(c.c.id.desc())
    )
    found = connection.execute(query.limit(IMAGES + 1)).all()
    return None if len(found) > IMAGES else list(found)


def known_since(connection: Connection) -> datetime | None:
    """The instant back to which the rules are known for certain; None where nothing has changed at all."""
    c = t.change
    newest = select(func.max(c.c.id)).scalar_subquery()
    by_number = connection.execute(select(func.min(c.c.from_at)).where(c.c.id > newest - HORIZON)).scalar()
    by_images = connection.execute(
        select(c.c.from_at).where(c.c.before_sealed.is_not(None)).order_by(c.c.id.desc()).offset(IMAGES).limit(1)
    ).scalar()
    return max(filter(None, (by_number, by_images)), default=None)


def _about(connection: Connection, holder_ids: frozenset[int] | None) -> ColumnElement[bool]:
    """The condition that a change may be about these people; rows of groups may be about anybody."""
    c, credential = t.change, t.credential
    if holder_ids is None:
        return c.c.id.is_not(None)
    codes = connection.execute(select(credential.c.id).where(credential.c.holder_id.in_(sorted(holder_ids)))).scalars()
    return or_(
        c.c.table_name.not_in(("holder", "credential")),
        and_(c.c.table_name == "holder", c.c.row_id.in_(sorted(holder_ids))),
        and_(c.c.table_name == "credential", c.c.row_id.in_(list(codes))),
    )


def _first_after(connection: Connection, at: datetime) -> int | None:
    """The number of the first change after `at`, found by halving: changes are numbered in the order of time."""
    c = t.change
    low, high = connection.execute(select(func.min(c.c.id), func.max(c.c.id))).one()
    found = None
    while low is not None and low <= high:
        middle = (low + high) // 2
        row = connection.execute(select(c.c.id, c.c.from_at).where(c.c.id >= middle).order_by(c.c.id).limit(1)).one()
        if row.from_at > at:
            found, high = row.id, middle - 1
        else:
            low = row.id + 1
    return found
