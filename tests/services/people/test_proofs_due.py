"""Proofs that doors owe, pair by pair and many at once: the rows are the same however they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from backend.domain.doors import WHOLE
from backend.services.proofs_due import await_once, await_proof, drop_proof
from backend.store import tables as t
from tests.services.people.crowd import fill
from tests.services.people.park import Park

FEW, MANY = 2, 40


@pytest.fixture
def codes(park: Park) -> list[int]:
    """The credentials of a crowd."""
    fill(park, MANY)
    return [row["id"] for row in park.rows(t.credential)]


def proofs(park: Park) -> dict[tuple[int, int], tuple[object, object]]:
    return {
        (row["device_id"], row["credential_id"]): (row["freed_at"], row["absent_at"]) for row in park.rows(t.read_back)
    }


@pytest.mark.feature("SYNC-03")
@pytest.mark.parametrize("count", [FEW, MANY])
def test_what_is_owed_waits_once_and_what_was_proved_is_asked_for_again(
    park: Park, codes: list[int], count: int
) -> None:
    gate, lobby = (park.gate, WHOLE), (park.lobby, WHOLE)
    owed = {code: {gate, lobby} for code in codes[:count]} | {codes[count]: {gate}}
    pairs = {(device_id, code) for code, places in owed.items() for device_id, _ in places}
    early = park.clock.now
    with park.store.books(park.context) as work:
        await_proof(work, owed)
    assert proofs(park) == dict.fromkeys(pairs, (early, None))
    park.clock.now = late = early + timedelta(hours=1)
    with park.store.books(park.context) as work:
        assert await_once(work, owed | {codes[count]: {gate, lobby}}, late) == 1
    assert proofs(park) == dict.fromkeys(pairs, (early, None)) | {(park.lobby, codes[count]): (late, None)}
    with park.store.books(park.context) as work:
        await_proof(work, owed)
    assert {freed_at for freed_at, _ in proofs(park).values()} == {late}
    with park.store.books(park.context) as work:
        drop_proof(work, {code: {(park.gate, 1)} for code in owed})
    assert {device_id for device_id, _ in proofs(park)} == {park.lobby}


@pytest.mark.feature("SYNC-03")
def test_the_proofs_of_many_take_no_more_statements_than_those_of_few(park: Park, codes: list[int]) -> None:
    counted = []
    for some in (codes[:FEW], codes[FEW:]):
        seen: list[str] = []

        def heard(_connection: object, _cursor: object, statement: str, *_rest: object, to: list[str] = seen) -> None:
            to.append(statement)

        event.listen(park.store._writer, "before_cursor_execute", heard)
        with park.store.books(park.context) as work:
            await_proof(work, {code: {(park.gate, WHOLE), (park.lobby, WHOLE)} for code in some})
        event.remove(park.store._writer, "before_cursor_execute", heard)
        counted.append(len(seen))
    assert counted == [2, 2]  # what is known already, and all the rest
