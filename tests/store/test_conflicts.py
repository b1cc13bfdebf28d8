"""Every unique index is either mapped to the field where its value was typed, or known to be the agent's own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Index
from sqlalchemy.exc import IntegrityError

from backend.domain.context import agent_context
from backend.domain.enums import CredentialStatus, ResidentRole
from backend.domain.errors import Conflict
from backend.store import tables as t
from backend.store.conflicts import FIELDS
from backend.store.store import Store
from tests.support.anyrow import insert_any, made_up
from tests.support.rows import insert_community

UNIQUE = {str(index.name): index for table in t.metadata.tables.values() for index in table.indexes if index.unique}
OF_THE_AGENT = {
    "uq_event",
    "uq_door_log_remote",
    "uq_read_back",
    "uq_command_uuid",
    "uq_login_code",
    "uq_agreement",
    "uq_outgoing_key",
    "uq_import_columns",
    "uq_temp_key_use",
    "uq_relay_hold",
    "uq_relay_held",
}
"""Dedupe keys that no person types."""
PARTIAL: dict[str, dict[str, Any]] = {
    "uq_resident_master": {"role": ResidentRole.MASTER},
    "uq_credential_value": {"status": CredentialStatus.COOLING},
}


def insert_twice(store: Store, index: Index, **given: Any) -> None:
    """Two rows that share just the values of `index`."""
    assert index.table is not None
    with store.write(agent_context(1), "test.twice") as work:
        work.require("test")
        same = {column.name: made_up(work, index.table, column) for column in index.columns}
        for _ in range(2):
            insert_any(work, index.table, **{**same, **given})


def test_every_unique_index_is_accounted_for() -> None:
    assert set(UNIQUE) == set(FIELDS) | OF_THE_AGENT


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_a_violation_names_the_field(store: Store, name: str) -> None:
    with pytest.raises(Conflict) as caught:
        insert_twice(store, UNIQUE[name], **PARTIAL.get(name, {}))
    assert (caught.value.field, str(caught.value)) == FIELDS[name]


@pytest.mark.parametrize("name", sorted(OF_THE_AGENT))
def test_a_violation_nobody_can_type_is_a_fault_of_ours(store: Store, name: str) -> None:
    with pytest.raises(IntegrityError):
        insert_twice(store, UNIQUE[name])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("uq_resident_master", {"role": ResidentRole.MEMBER}),
        ("uq_credential_value", {"status": CredentialStatus.GONE}),
    ],
)
def test_a_partial_index_leaves_the_others_alone(store: Store, name: str, given: dict[str, Any]) -> None:
    insert_twice(store, UNIQUE[name], **given)


def test_a_record_that_somebody_removed_meanwhile_is_a_conflict(store: Store) -> None:
    def add_to_nothing() -> None:
        with store.write(agent_context(1), "test.orphan") as work:
            work.require("test")
            work.insert(t.building, community_id=4711, name="A", name_fold="a")

    with pytest.raises(Conflict, match="meanwhile"):
        add_to_nothing()


def test_a_record_that_others_refer_to_is_not_deleted(store: Store) -> None:
    with store.write(agent_context(1), "test.parent") as work:
        work.require("test")
        community = insert_community(work)
        work.insert(t.building, community_id=community, name="A", name_fold="a")

    def delete_parent() -> None:
        with store.write(agent_context(1), "test.orphan") as work:
            work.require("test")
            work.delete(t.community, community)

    with pytest.raises(Conflict, match="meanwhile"):
        delete_parent()
