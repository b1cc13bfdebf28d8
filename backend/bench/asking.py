"""Who may open a door and what a person may open, now and by the rules of then, in a large community."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from datetime import time as clock
from pathlib import Path

from sqlalchemy import insert, select

from backend.domain.context import Context, new_id
from backend.domain.enums import CredentialKind, DeviceKind, HeldKind, HolderKind, Repeat, Via
from backend.domain.names import fold
from backend.engine import Engine
from backend.services.credentials import value_place
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

GROUPS = 20
"""Groups with hours of their own beside the one that everybody is in."""
AT_ONCE = 500
OFFICE = "01234"


def measure(root: Path, password: str, residents: int, devices: int, runs: int) -> dict[str, list[float]]:
    """Seconds of processor for each question, and `bare` for reading the rows of the people and nothing else.

    `past` is asked before a tenth of the people came and before every PIN was written anew.
    """
    engine = Engine(root)
    engine.start()
    try:
        context, _ = engine.sign_in.login("installer@bench.example", password, Via.COMMAND, agree=True)
        store = engine._store
        assert store is not None, "the engine has started"
        relays = _doors(store, context, devices)
        groups = _groups(store, context, relays)
        late = residents // 10
        then = _fill(store, context, groups, residents, late)
        person = engine.access.who(context, relays[0]).openers[0].holder_id

        def past() -> None:
            assert len(engine.access.who(context, relays[0], then).openers) == residents - late, "somebody is missing"

        def now() -> None:
            assert len(engine.access.who(context, relays[0]).openers) == residents, "somebody is missing"

        def reach() -> None:
            assert len(engine.access.can(context, person).doors) == devices, "a door is missing"

        def reach_then() -> None:
            assert len(engine.access.can(context, person, at=then).doors) == devices, "a door is missing"

        asked: dict[str, Callable[[], None]] = {
            "who": now,
            "can": reach,
            "past": past,
            "past-can": reach_then,
            "bare": lambda: _bare(store),
        }
        gc.freeze()  # as the terminal does after its first paint
        return {name: [_cpu(act) for _ in range(runs)] for name, act in asked.items()}
    finally:
        engine.close()


def _fill(store: Store, context: Context, groups: list[int], residents: int, late: int) -> datetime:
    """All people, so many of them after the moment that it answers, and then every PIN anew."""
    _people(store, context, groups, range(1, residents - late + 1))
    _hold(store, context, residents)
    then = store.clock()
    _people(store, context, groups, range(residents - late + 1, residents + 1))
    _write_anew(store, context)
    return then


def _cpu(act: Callable[[], None]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _bare(store: Store) -> None:
    with store.read() as connection:
        for table in (t.holder, t.credential, t.access_group_member):
            connection.execute(select(*table.c)).all()


def _doors(store: Store, context: Context, devices: int) -> list[int]:
    with store.write(context.again(), "bench.fill") as work:
        work.require("device.write")
        relays = []
        for number in range(1, devices + 1):
            name = f"Door {number}"
            device_id = work.insert(
                t.device, uuid=new_id(), community_id=context.community_id, name=name, name_fold=fold(name),
                kind=DeviceKind.SINGLE_DOOR_PHONE, mac=f"0C1105{number:06X}", host="127.0.0.1", port=number,
            )  # fmt: skip
            work.insert(t.device_state, id=device_id)
            work.insert(t.device_sync, id=device_id)
            relays.append(
                work.insert(t.relay, uuid=new_id(), device_id=device_id, number=1, name=name, name_fold=fold(name))
            )
        return relays


def _groups(store: Store, context: Context, relays: list[int]) -> list[int]:
    """One for all doors the whole day, then one for the doors of each building in working hours."""
    made = []
    with store.write(context.again(), "bench.fill") as work:
        work.require("access_group.write")
        for number in range(GROUPS + 1):
            name = f"Group {number}"
            group_id = work.insert(
                t.access_group, uuid=new_id(), community_id=context.community_id, number=number, name=name,
                name_fold=fold(name),
            )  # fmt: skip
            hours = {"repeat": Repeat.WEEKLY.value, "days": OFFICE, "start": clock(8), "end": clock(17)}
            hours = hours if number else {"repeat": Repeat.DAILY.value, "start": clock(0), "end": clock(23, 59)}
            work.insert(t.access_window, group_id=group_id, **hours)
            opens = relays if number == 0 else relays[number - 1 :: GROUPS]
            work.insert_many(t.access_group_relay, [{"group_id": group_id, "relay_id": one} for one in opens])
            made.append(group_id)
    return made


def _people(store: Store, context: Context, groups: list[int], numbers: range) -> None:
    """People with a PIN and a card, in the group of everybody and one more."""
    for first in range(0, len(numbers), AT_ONCE):
        with store.write(context.again(), "bench.fill") as work:
            work.require("resident.write")
            _some_people(work, groups, numbers[first : first + AT_ONCE])


def _some_people(work: Work, groups: list[int], numbers: range) -> None:
    community = work.context.community_id
    ids = work.insert_many(t.holder, [
        {"uuid": new_id(), "community_id": community, "kind": HolderKind.RESIDENT.value,
         "name": f"Kowalska, Anna {number}", "name_fold": f"kowalska, anna {number}"}
        for number in numbers
    ])  # fmt: skip
    work.insert_many(t.access_group_member, [
        {"group_id": group_id, "holder_id": one}
        for one in ids for group_id in (groups[0], groups[1 + one % GROUPS])
    ])  # fmt: skip
    codes = []
    for one in ids:
        for kind, value in ((CredentialKind.PIN, f"{one:06}"), (CredentialKind.CARD, f"0A{one:06X}")):
            uuid = new_id()
            codes.append({
                "uuid": uuid, "holder_id": one, "community_id": community, "scope": f"c:{community}",
                "kind": kind.value, "value_sealed": work.sealer.seal_text(value_place(uuid), value),
                "value_index": work.sealer.index(kind.value, value), "key_id": work.sealer.key_id,
            })  # fmt: skip
    work.insert_many(t.credential, codes)


def _hold(store: Store, context: Context, residents: int) -> None:
    """The first door holds everybody, and the first person is on every door."""
    with store.books(context) as work:
        people = list(work.connection.execute(select(t.holder.c.id).limit(residents)).scalars())
        devices = list(work.connection.execute(select(t.device.c.id)).scalars())
        places = {(devices[0], one) for one in people} | {(device_id, people[0]) for device_id in devices}
        work.connection.execute(insert(t.held), [
            {"device_id": device_id, "kind": HeldKind.USER.value, "key": f"SP{one}-1", "holder_id": one, "mac": b"x",
             "remote_id": str(one), "from_at": work.at}
            for device_id, one in sorted(places)
        ])  # fmt: skip


def _write_anew(store: Store, context: Context) -> None:
    """Every PIN gets another scope, as when the PIN mode is switched."""
    with store.read() as connection:
        query = select(t.credential.c.id).where(t.credential.c.kind == CredentialKind.PIN.value)
        ids = list(connection.execute(query).scalars())
    for part in _parts(ids):
        with store.write(context.again(), "bench.fill") as work:
            work.require("resident.write")
            for row_id in part:
                work.update(t.credential, row_id, scope=f"a:{row_id}")


def _parts(ids: list[int]) -> Iterator[list[int]]:
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
