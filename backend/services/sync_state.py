"""Has the change reached the doors: progress, proofs, and a person's word where the product stops by itself."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from backend.domain.context import Context
from backend.domain.credentials import DoorHeld
from backend.domain.devices import DeviceSync
from backend.domain.enums import CommandState, CommandVerb
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.formats import counted
from backend.domain.records import Progress, Saved, Waiting
from backend.domain.revocations import RevocationLine
from backend.services.agents import agent_record
from backend.services.base import Service, replayed, saved
from backend.services.commands import queue
from backend.services.door_states import WORST_FIRST, devices_now, formats_of, planned_removals
from backend.services.sync_people import doors_of, people_of_act, revocations_of
from backend.store import tables as t
from backend.store.work import Work


class Sync(Service):
    """What the doors hold, read from the agent's books; nothing here talks to a device."""

    def progress(self, context: Context, change: Saved | Mapping[int, int]) -> Progress:
        """How many of the doors of a change hold it, and why the others do not.

        `change` is the answer of a write, or device id -> generation. A device removed meanwhile does not count.
        """
        wanted = change.doors if isinstance(change, Saved) else dict(change)
        with self.store.read(context, "sync.read") as connection:
            now = self.store.clock()
            found = devices_now(connection, context.community_id, now) if wanted else {}
            alive = agent_record(connection, now).alive
            formats = formats_of(connection, context.community_id)
            people = people_of_act(connection, change) if any(door.refused for door in found.values()) else None
        doors = [found[device_id] for device_id in wanted if device_id in found]
        late = [door for door in doors if not door.done(wanted[door.id])]
        refusing = [
            Waiting(device_id=door.id, device=door.name, reason=f"refused by the door: {said}")
            for door in doors
            if door not in late
            for said in [said for one, said in door.refused.items() if people is None or one in people][:1]
        ]
        waiting = tuple(
            Waiting(
                device_id=door.id, device=door.name, reason=door.waiting(agent_alive=alive, now=now, formats=formats)
            )
            for door in late
        )
        done = len(doors) - len(late) - len(refusing)
        return Progress(done=done, total=len(doors), waiting=(*waiting, *refusing))

    def devices(self, context: Context) -> tuple[tuple[int, str, DeviceSync], ...]:
        """Id, name and sync of every device, the worst first."""
        with self.store.read(context, "sync.read") as connection:
            found = devices_now(connection, context.community_id, self.store.clock()).values()
        ranked = sorted(found, key=lambda door: (WORST_FIRST.index(door.sync.state), door.name.casefold()))
        return tuple((door.id, door.name, door.sync) for door in ranked)

    def person(self, context: Context, holder_id: int) -> tuple[DoorHeld, ...]:
        """Every door that a person may open or that still could hold them; raises NotFound."""
        with self.store.read(context, "sync.read") as connection:
            _require_holder(connection, context, holder_id)
            return doors_of(connection, context.community_id, holder_id, self.store.clock())

    def revoked(self, context: Context, holder_id: int) -> tuple[RevocationLine, ...]:
        """The proof of what was taken away from a person, door by door; raises NotFound."""
        with self.store.read(context, "sync.read") as connection:
            _require_holder(connection, context, holder_id)
            return revocations_of(
                connection, self.store.sealer, context.community_id, holder_id, now=self.store.clock()
            )

    def release(self, context: Context, device_id: int, count: int) -> Saved:
        """Let a stopped mass removal go on; `count` is what the person typed and must be the planned removals.

        Raises Conflict when nothing is stopped there, Invalid (count) with the right figure, NotFound.
        """
        with self.store.write(context, "sync.release") as work:
            work.require("sync.write")
            if work.replayed is not None:
                return replayed(work)
            name = _device_name(work.connection, context, device_id)
            row = work.row(t.device_sync, device_id)
            if not row["held_reason"] or row["released"]:
                raise Conflict("device", f"Nothing is held at {name}.")
            planned = planned_removals(row["held_plan"])
            if count != planned:
                raise Invalid({"count": f"{name} would lose {planned} people. Type {planned} to go on."})
            sync = t.device_sync
            work.connection.execute(update(sync).where(sync.c.id == device_id).values(released=True))
            work.dirty([device_id], "mass removal released")
            work.tell(
                f"Released the removal of {counted(planned, 'person', 'people')}",
                "device",
                device_id,
                name,
                undoable=False,
            )
            return saved(work, device_id)

    def check(self, context: Context, device_id: int | None = None) -> tuple[int, ...]:
        """Ask for a read-back of one device, or of all, now; answers the commands.

        One that already waits for the agent is not asked twice. Raises NotFound.
        """
        with self.store.write(context, "sync.check") as work:
            work.require("device.edit")
            if work.replayed is not None:
                return tuple(work.replayed)
            wanted = _devices(work.connection, context) if device_id is None else [device_id]
            name = _device_name(work.connection, context, device_id) if device_id is not None else "all devices"
            commands = tuple(_ask(work, wanted_id) for wanted_id in wanted)
            work.tell("Asked for a read-back", "device", device_id, name, undoable=False)
            work.result = commands
            return commands


def _ask(work: Work, device_id: int) -> int:
    c = t.command
    waiting = work.connection.execute(
        select(c.c.id).where(
            c.c.device_id == device_id,
            c.c.verb == CommandVerb.READ_BACK.value,
            c.c.state == CommandState.QUEUED.value,
            c.c.expires_at > work.at,
        )
    ).scalar()
    return waiting if waiting is not None else queue(work, CommandVerb.READ_BACK, device_id=device_id)


def _devices(connection: Connection, context: Context) -> list[int]:
    d = t.device
    return list(
        connection.execute(select(d.c.id).where(d.c.community_id == context.community_id).order_by(d.c.id)).scalars()
    )


def _device_name(connection: Connection, context: Context, device_id: int) -> str:
    d = t.device
    name = connection.execute(
        select(d.c.name).where(d.c.id == device_id, d.c.community_id == context.community_id)
    ).scalar()
    if name is None:
        raise NotFound("There is no such device.")
    return str(name)


def _require_holder(connection: Connection, context: Context, holder_id: int) -> None:
    h = t.holder
    found = connection.execute(
        select(h.c.id).where(h.c.id == holder_id, h.c.community_id == context.community_id)
    ).scalar()
    if found is None:
        raise NotFound("There is no such person.")
