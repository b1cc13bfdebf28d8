"""Rows that tests build on, written through real units of work."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from backend.domain.context import Context, agent_context, new_id
from backend.domain.enums import DeviceKind, HolderKind, ResidentRole, Role, Via
from backend.domain.names import fold
from backend.store import tables as t
from backend.store.store import Store
from backend.store.work import Work

ManagerContext = Callable[..., Context]
"""`manager_context(role=Role.MANAGER, community_id=None, name="Mara", via=Via.APP, **columns of manager)`."""

_numbers = itertools.count(1)


def manager_contexts(store: Store) -> ManagerContext:
    """A maker of contexts: each call inserts a manager, and a community where none is named."""

    def make(
        role: Role = Role.MANAGER,
        *,
        community_id: int | None = None,
        name: str = "Mara",
        via: Via = Via.APP,
        **columns: Any,
    ) -> Context:
        values = {"uuid": new_id(), "email": f"{new_id()}@example.com", "name": name, "role": role, **columns}
        with store.write(agent_context(community_id or 0), "test.prepare") as work:
            work.require("manager.write")
            home = community_id or insert_community(work)
            manager_id = work.insert(t.manager, community_id=home, **values)
        return Context(manager_id, name, home, via)

    return make


def insert_community(work: Work, **columns: Any) -> int:
    """A community in Berlin's time."""
    return work.insert(t.community, **{"uuid": new_id(), "name": "Park", "timezone": "Europe/Berlin", **columns})


def insert_building(work: Work, community_id: int, name: str = "A", **columns: Any) -> int:
    """A building."""
    return work.insert(t.building, uuid=new_id(), community_id=community_id, name=name, name_fold=fold(name), **columns)


def insert_apartment(work: Work, building_id: int, number: str = "1001", **columns: Any) -> int:
    """An apartment."""
    return work.insert(t.apartment, uuid=new_id(), building_id=building_id, number=number, **columns)


def insert_resident(
    work: Work, community_id: int, apartment_id: int, name: str = "Kowalska, Anna", **columns: Any
) -> int:
    """A resident with the holder; a family member unless `role` says otherwise."""
    holder_id = work.insert(
        t.holder,
        uuid=new_id(),
        community_id=community_id,
        kind=HolderKind.RESIDENT,
        name=name,
        name_fold=fold(name),
        apartment_id=apartment_id,
    )
    values = {"role": ResidentRole.MEMBER, "uid": new_id(), **columns}
    return work.insert(t.resident, id=holder_id, apartment_id=apartment_id, **values)


def insert_device(work: Work, community_id: int, name: str = "Gate", **columns: Any) -> int:
    """A door phone with its books, at an address of its own."""
    number = next(_numbers)
    values = {
        "uuid": new_id(),
        "name": name,
        "name_fold": fold(name),
        "kind": DeviceKind.SINGLE_DOOR_PHONE,
        "mac": f"0C1105{number:06X}",
        "host": "127.0.0.1",
        "port": number,
        **columns,
    }
    device_id = work.insert(t.device, community_id=community_id, **values)
    work.insert(t.device_state, id=device_id)
    work.insert(t.device_sync, id=device_id)
    return device_id
