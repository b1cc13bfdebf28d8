"""A small community to act in: a gate for everybody, a lobby in building A, three apartments, nobody yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import insert, select, update

from backend.domain.context import Context, agent_context, new_id
from backend.domain.enums import CredentialStatus, HeldKind, Repeat
from backend.domain.names import fold
from backend.domain.records import Saved
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.services.access import Access
from backend.services.apartments import Apartments
from backend.services.buildings import Buildings
from backend.services.residents import Residents
from backend.services.search import Search
from backend.services.undo import Undo
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.rows import insert_device


@dataclass
class Park:
    """The community with its services; `context` is an installer, `gate` and `lobby` are devices with a relay each."""

    store: Store
    clock: FakeClock
    context: Context
    gate: int
    lobby: int
    gate_relay: int
    lobby_relay: int
    building: int
    apartments: dict[str, int]
    default_group: int

    def __post_init__(self) -> None:
        self.residents = Residents(self.store)
        self.undo = Undo(self.store)
        self.access = Access(self.store)
        self.search = Search(self.store)

    @property
    def act(self) -> Context:
        """The installer with a request of its own."""
        return self.context.again()

    def draft(
        self, number: str = "1001", first: str = "Anna", last: str | None = "Kowalska", **more: Any
    ) -> ResidentDraft:
        """A resident of an apartment as typed."""
        return ResidentDraft(apartment_id=self.apartments[number], first=first, last=last, **more)

    def add(self, number: str = "1001", first: str = "Anna", last: str | None = "Kowalska", **more: Any) -> Saved:
        """Add a resident."""
        return self.residents.add(self.act, self.draft(number, first, last, **more))

    def edit(self, resident_id: int, **patch: Any) -> Saved:
        """Change a resident as they stand."""
        version = self.residents.get(self.context, resident_id).version
        return self.residents.edit(self.act, resident_id, version, ResidentPatch(**patch))

    def delete(self, *ids: int) -> Saved:
        """Delete residents, their count typed."""
        return self.residents.delete(self.act, ids, expected=len(ids))

    def take_back(self, saved: Saved) -> Saved:
        """Undo an act."""
        return self.undo.undo(self.act, saved.operation)

    def rows(self, table: Any, **where: Any) -> list[dict[str, Any]]:
        """The rows of a table with these values, by id."""
        query = select(table).where(*(table.c[name] == value for name, value in where.items())).order_by(table.c.id)
        with self.store.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def gens(self) -> dict[int, int]:
        """Device -> generation."""
        return {row["id"]: row["gen"] for row in self.rows(t.device_sync)}

    def statuses(self, holder_id: int) -> list[str]:
        """The states of a person's credentials, oldest first."""
        return [row["status"] for row in self.rows(t.credential, holder_id=holder_id)]

    def unproved(self, holder_id: int) -> set[tuple[int, int]]:
        """Pairs of device and credential that wait for their proof."""
        owned = {row["id"] for row in self.rows(t.credential, holder_id=holder_id)}
        rows = self.rows(t.read_back)
        return {
            (r["device_id"], r["credential_id"]) for r in rows if r["credential_id"] in owned and not r["absent_at"]
        }

    def codes(self, holder_id: int) -> list[str]:
        """The live codes of a person."""
        shown = self.residents.reveal(self.act, holder_id)
        return sorted(value for record, value in shown if record.status is not CredentialStatus.COOLING)

    def prove(self) -> None:
        """Let the agent find every door without what was freed, and end the codes that have cooled."""
        with self.store.books(agent_context(self.context.community_id)) as work:
            work.connection.execute(update(t.read_back).values(absent_at=work.at))
        self.clock.advance(hours=25)
        cooling = [row["id"] for row in self.rows(t.credential, status="cooling")]
        with self.store.write(agent_context(self.context.community_id), "credential.gone") as work:
            work.require("resident.write")
            for row_id in cooling:
                work.update(t.credential, row_id, status="gone")
            work.tell("Codes proved gone", "credential", None, "", undoable=False)

    def hold(
        self,
        device_id: int,
        holder_id: int,
        start: datetime,
        end: datetime | None = None,
        *,
        pin: str = "",
        cards: tuple[str, ...] = (),
        name: str = "Kowalska, Anna",
        unknown: bool = False,
        relays: tuple[int, ...] = (1,),
    ) -> None:
        """Note that a device holds a record of a person, as the agent notes it."""
        body = {"name": name, "pin": pin, "cards": sorted(cards), "grants": [["always", *relays]]}
        mac = self.store.sealer.fingerprint(body)
        with self.store.books(agent_context(self.context.community_id)) as work:
            if work.connection.execute(select(t.body).where(t.body.c.mac == mac)).first() is None:
                sealed = work.sealer.seal(f"body.sealed:{mac.hex()}", json.dumps(body).encode())
                work.connection.execute(insert(t.body).values(mac=mac, sealed=sealed))
            work.connection.execute(
                insert(t.held).values(
                    device_id=device_id,
                    kind=HeldKind.USER.value,
                    key=f"SP{holder_id}-1",
                    holder_id=holder_id,
                    remote_id=str(holder_id),
                    mac=mac,
                    unknown=unknown,
                    from_at=start,
                    to_at=end,
                )
            )

    def set_sync(self, device_id: int, **columns: Any) -> None:
        """Write the sync books of a device."""
        with self.store.books(agent_context(self.context.community_id)) as work:
            work.connection.execute(update(t.device_sync).where(t.device_sync.c.id == device_id).values(**columns))


def add_relay(
    store: Store, context: Context, device_id: int, name: str, group_ids: tuple[int, ...] = (), *, number: int = 1
) -> int:
    """A relay of a device, in these groups."""
    with store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        values = {"device_id": device_id, "number": number, "name": name, "name_fold": fold(name)}
        relay_id = work.insert(t.relay, uuid=new_id(), **values)
        for group_id in group_ids:
            work.insert(t.access_group_relay, group_id=group_id, relay_id=relay_id)
    return relay_id


def add_group(
    store: Store, context: Context, name: str, relay_ids: tuple[int, ...], start: time = time(8), end: time = time(18)
) -> int:
    """A custom daily group."""
    with store.write(context.again(), "test.prepare") as work:
        work.require("access_group.write")
        group_id = work.insert(
            t.access_group, uuid=new_id(), community_id=context.community_id, number=50, name=name, name_fold=fold(name)
        )
        work.insert(t.access_window, group_id=group_id, repeat=Repeat.DAILY.value, start=start, end=end)
        for relay_id in relay_ids:
            work.insert(t.access_group_relay, group_id=group_id, relay_id=relay_id)
    return group_id


def make_park(store: Store, clock: FakeClock, context: Context) -> Park:
    """Make the community with the services and rows above."""
    with store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        work.update(t.community, context.community_id, country="PL")
        gate = insert_device(work, context.community_id, "Gate", profile="X916")
    gate_relay = add_relay(store, context, gate, "Main Gate")
    building = Buildings(store).add(context.again(), "A").id
    group = Buildings(store).get(context, building).default_group_id
    with store.write(context.again(), "test.prepare") as work:
        work.require("device.write")
        lobby = insert_device(work, context.community_id, "Lobby", building_id=building, profile="R20A")
    lobby_relay = add_relay(store, context, lobby, "Lobby Door", (group,))
    apartments = Apartments(store)
    numbers = {number: apartments.add(context.again(), building, number).id for number in ("1001", "1002", "1003")}
    return Park(store, clock, context, gate, lobby, gate_relay, lobby_relay, building, numbers, group)


def killed(topics: frozenset[str]) -> None:
    """A listener that ends the process, as far as a test can tell, right after a commit."""
    raise KeyboardInterrupt
