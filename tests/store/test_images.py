"""Row images: a row of every rule table, sealed and back."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text, Time, select

from backend.domain.context import agent_context
from backend.domain.errors import Unreachable
from backend.store import tables as t
from backend.store.images import from_image, to_image
from backend.store.seal import Sealer
from backend.store.store import Store
from backend.store.types import UtcDateTime
from tests.support.anyrow import insert_any

SEALER = Sealer(bytes(range(32)))
RULES = [table for table in t.metadata.tables.values() if table.info.get("rule")]
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
KINDS: list[tuple[type, st.SearchStrategy[Any]]] = [
    (UtcDateTime, st.datetimes(timezones=ZONES)),
    (Time, st.times()),
    (Boolean, st.booleans()),
    (Text, st.text()),
    (LargeBinary, st.binary()),
    (Integer, st.integers(-(2**63), 2**63 - 1)),
]
every_rule_table = pytest.mark.parametrize("table", RULES, ids=lambda table: table.name)


def values_of(column: Column[Any]) -> st.SearchStrategy[Any]:
    """Whatever the column can hold."""
    strategy = next(strategy for kind, strategy in KINDS if isinstance(column.type, kind))
    return st.none() | strategy if column.nullable else strategy


def rows_of(table: Table) -> st.SearchStrategy[dict[str, Any]]:
    """Whole rows of the table."""
    return st.fixed_dictionaries({column.name: values_of(column) for column in table.columns})


@every_rule_table
@settings(max_examples=20)
@given(data=st.data())
def test_a_row_comes_back_as_it_was(table: Table, data: st.DataObject) -> None:
    row = data.draw(rows_of(table))
    assert from_image(SEALER, table, row["id"], to_image(SEALER, table, row)) == row


@every_rule_table
def test_the_image_of_an_insert_is_the_row_in_the_database(store: Store, table: Table) -> None:
    with store.write(agent_context(1), "test.image") as work:
        work.require("test")
        row_id = insert_any(work, table)
    with store.read() as connection:
        row = connection.execute(select(table).where(table.c.id == row_id)).mappings().one()
        sealed = connection.execute(
            select(t.change.c.after_sealed).where(t.change.c.table_name == table.name, t.change.c.row_id == row_id)
        ).scalar_one()
    assert from_image(store.sealer, table, row_id, sealed) == dict(row)


def test_an_image_belongs_to_its_table_and_row() -> None:
    sealed = to_image(SEALER, t.building, {"id": 1, "name": "A"})
    with pytest.raises(Unreachable):
        from_image(SEALER, t.building, 2, sealed)
    with pytest.raises(Unreachable):
        from_image(SEALER, t.access_group, 1, sealed)


def test_a_column_that_is_gone_is_left_out_and_one_that_came_since_has_its_default() -> None:
    sealed = to_image(SEALER, t.community, {"id": 1, "name": "Park", "colour": "green"})
    row = from_image(SEALER, t.community, 1, sealed)
    assert row.keys() == set(t.community.c.keys())
    assert (row["name"], row["only_public_area"], row["landline"], row["premium_until"]) == ("Park", False, True, None)
