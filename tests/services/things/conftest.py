"""A community with accounts of every role, and the agent's books to write in."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Table, insert, select, update

from backend.domain.account_drafts import ManagerDraft
from backend.domain.context import Context, agent_context, new_id
from backend.domain.device_drafts import DeviceDraft
from backend.domain.enums import CredentialKind, LogAction, LogResponse, LogType, Role
from backend.domain.names import fold
from backend.services.devices import Devices
from backend.services.doors import Doors
from backend.services.managers import Managers
from backend.store import tables as t
from backend.store.store import Store
from tests.support.rows import ManagerContext, insert_apartment, insert_building, insert_resident

EMAIL, PASSWORD = "lena@example.com", "seven quiet doors"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""A hash says itself how it was made, so that tests need not wait for a dear one."""

_numbers = itertools.count(1)


def account(**values: Any) -> ManagerDraft:
    """A viewer's account."""
    return ManagerDraft.model_validate(
        {"email": EMAIL, "name": "Lena", "role": Role.VIEWER, "password": PASSWORD} | values
    )


@dataclass
class Park:
    """The community of a test, its accounts, and short ways to its rows."""

    store: Store
    installer: Context
    manager: Context
    technician: Context
    viewer: Context

    @property
    def agent(self) -> Context:
        """The agent of the community."""
        return agent_context(self.installer.community_id)

    def of_role(self, role: Role) -> Context:
        """The account of a role, for its next act."""
        context: Context = getattr(self, role.value)
        return context.again()

    def draft(self, name: str = "Gate", **values: Any) -> DeviceDraft:
        """A device that can be added; each name has an address and a MAC of its own."""
        number = next(_numbers)
        plain = {
            "name": name,
            "model": "X916",
            "mac": f"0C1105{number:06X}",
            "firmware": "916.30.10.114",
            "profile": "X916",
            "scheme": "https",
            "host": "192.0.2.10",
            "port": 10_000 + number,
            "auth": "digest",
            "http_user": "admin",
            "password": "secret-of-the-door",
        }
        return DeviceDraft.model_validate(plain | values)

    def device(self, name: str = "Gate", **values: Any) -> int:
        """Add a device as the installer does."""
        return Devices(self.store).add(self.installer.again(), self.draft(name, **values)).id

    def door(self, name: str) -> int:
        """The relay of a door by its name."""
        return Doors(self.store).find(self.installer, name)

    def building(self, name: str = "A", *, default_group: bool = True) -> int:
        """A building, with its default group."""
        with self.store.write(self.agent, "test.building") as work:
            work.require("building.write")
            building_id = insert_building(work, self.installer.community_id, name)
            if default_group:
                title = f"{name} (default)"
                work.insert(
                    t.access_group,
                    uuid=new_id(),
                    community_id=self.installer.community_id,
                    number=building_id,
                    name=title,
                    name_fold=fold(title),
                    building_id=building_id,
                    system=True,
                )
        return building_id

    def resident(self, building_id: int, name: str = "Kowalska, Anna", number: str = "1001", **columns: Any) -> int:
        """A resident in an apartment of their own, in the building's default group."""
        with self.store.write(self.agent, "test.resident") as work:
            work.require("resident.write")
            apartment_id = insert_apartment(work, building_id, number)
            last, _, first = name.partition(", ")
            values = {"first": first, "last": last, **columns}
            holder_id = insert_resident(work, self.installer.community_id, apartment_id, name, **values)
            groups = select(t.access_group.c.id).where(t.access_group.c.building_id == building_id)
            for group_id in work.connection.execute(groups).scalars().all():
                work.insert(t.access_group_member, group_id=group_id, holder_id=holder_id)
        return holder_id

    def credential(self, holder_id: int, value: str, kind: CredentialKind = CredentialKind.PIN) -> int:
        """A PIN or card of a holder."""
        with self.store.write(self.agent, "test.credential") as work:
            work.require("resident.write")
            uuid = new_id()
            return work.insert(
                t.credential,
                uuid=uuid,
                holder_id=holder_id,
                community_id=self.installer.community_id,
                scope=f"c:{self.installer.community_id}",
                kind=kind.value,
                value_sealed=work.sealer.seal_text(f"credential.value:{uuid}", value),
                value_index=work.sealer.index(kind.value, value),
                key_id=work.sealer.key_id,
            )

    def put(self, table: Table, row_id: int, **values: Any) -> None:
        """Write in the agent's books."""
        with self.store.books(self.agent) as work:
            work.connection.execute(update(table).where(table.c.id == row_id).values(**values))

    def book(self, table: Table, **values: Any) -> int:
        """Add a row to the agent's books."""
        with self.store.books(self.agent) as work:
            return work.insert(table, **values)

    def in_sync(self, device_id: int) -> None:
        """The device holds all that was wanted, and answers."""
        now = self.store.clock()
        self.put(t.device_state, device_id, status="online", status_since=now, last_seen_at=now)
        self.put(t.device_sync, device_id, done_gen=t.device_sync.c.gen, since=None, read_back_at=now)

    def held(self, device_id: int, removals: int, reason: str = "340 of 352 users would be removed") -> None:
        """The agent stopped a mass removal."""
        self.put(t.device_sync, device_id, held_reason=reason, held_plan=json.dumps({"removals": removals}))

    def freed(self, device_id: int, credential_id: int, at: datetime, absent_at: datetime | None = None) -> int:
        """A credential that the device has to be read back without."""
        return self.book(
            t.read_back, device_id=device_id, credential_id=credential_id, freed_at=at, absent_at=absent_at
        )

    def beat(self, at: datetime | None = None, **values: Any) -> int:
        """A sign of life of the agent."""
        now = at or self.store.clock()
        row = {"host": "park", "pid": 4711, "instance": new_id(), "started_at": now, "heartbeat_at": now, **values}
        return self.book(t.agent, **row)

    def line(self, at: datetime, **values: Any) -> int:
        """A door log line; the door opened by PIN unless told otherwise."""
        row = {
            "community_id": self.installer.community_id,
            "happened_at": at,
            "received_at": at,
            "device": "Gate",
            "door": "Gate",
            "initiated_by": "Anna Kowalska",
            "type": LogType.RELEASE.value,
            "action": LogAction.PIN.value,
            "key": "··34",
            "response": LogResponse.SUCCESS.value,
            **values,
        }
        return self.book(t.door_log, **{"initiated_fold": fold(row["initiated_by"]), **row})

    def lines(self, rows: list[dict[str, Any]]) -> None:
        """Many door log lines at once."""
        with self.store.books(self.agent) as work:
            work.connection.execute(insert(t.door_log), rows)


@pytest.fixture
def park(store: Store, manager_context: ManagerContext) -> Park:
    """A community with an installer, a manager, a technician and a viewer."""
    installer = manager_context(Role.INSTALLER, name="Ines")
    community_id = installer.community_id
    return Park(
        store,
        installer,
        manager_context(Role.MANAGER, community_id=community_id, name="Mara"),
        manager_context(Role.TECHNICIAN, community_id=community_id, name="Tom"),
        manager_context(Role.VIEWER, community_id=community_id, name="Vera"),
    )


@pytest.fixture
def elsewhere(manager_context: ManagerContext) -> Context:
    """The installer of another community on the same site."""
    return manager_context(Role.INSTALLER, name="Otto")


@pytest.fixture
def managers(park: Park, manager_context: ManagerContext) -> Managers:
    """The accounts of the park with Lena's, whose password is quick to check."""
    manager_context(
        Role.VIEWER, community_id=park.installer.community_id, name="Lena", email=EMAIL, password_hash=CHEAP
    )
    return Managers(park.store)
