"""Ghost hunt: live codes and records at doors, the most suspicious first, each with its reasons (feature LIB-03)."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.codes import mask
from backend.domain.context import Context
from backend.domain.enums import CommandVerb
from backend.domain.errors import Conflict, NotFound
from backend.domain.ghosts import Code, Reason, Why, score_of, suspects
from backend.domain.paging import ListQuery, ListRow
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.commands import queue
from backend.services.ghost_facts import Facts, Stray, read_facts
from backend.services.ghost_pages import ComputedPages
from backend.services.holders import devices_holding
from backend.store import tables as t
from backend.store.rows import chunks
from backend.store.store import Store

FRESH_FOR = 10
"""Seconds for which a computed list counts as the present one, unless somebody acted meanwhile."""

SORTS = ("score", "name", "last_used_at")


class Ghosts(Service):
    """Codes that somebody should look at.

    Rows have the id of their credential; what doors hold of people without a code has a negative one.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[tuple[Any, ...], tuple[ListRow, ...]]] = {}

    def list(self, context: Context, query: ListQuery) -> ComputedPages:
        """The ghosts, the most suspicious first; a page takes some tenths of a second in a large community."""
        return ComputedPages(lambda: self._present(context), query, sorts=SORTS)

    def get(self, context: Context, ghost_id: int) -> ListRow:
        """One ghost with its reasons; raises NotFound where nothing is suspicious about it any more."""
        found = next((row for row in self._present(context) if row.id == ghost_id), None)
        if found is None:
            raise NotFound("Nothing is suspicious about it any more.")
        return found

    def clean(self, context: Context, ghost_id: int) -> Saved:
        """Have the doors that still hold or honour what nobody has any more made and read anew.

        Raises NotFound, and Conflict for a live code, which the Library takes away, for users who are not ours, and
        where no door holds it.
        """
        rows = self._present(context, "library.delete")
        found = next((row for row in rows if row.id == ghost_id), None)
        with self.store.write(context, "library.clean") as work:
            work.require("library.delete")
            if work.replayed is not None:
                return replayed(work)
            if found is None:
                raise NotFound("Nothing is suspicious about it any more.")
            if found.values["holder_id"] is None:
                raise Conflict("", "Who is only on the door is adopted or removed there: g n Sync compares it.")
            if found.values["live"]:
                raise Conflict("", "This code is somebody's: take it away instead.")
            holder_id = int(found.values["holder_id"])
            devices = devices_holding(work.connection, [holder_id])[holder_id] | _unproved(work.connection, ghost_id)
            if not devices:
                raise Conflict("", "No door holds it any more, as far as they were read.")
            work.dirty(devices, "ghost hunt")
            for device_id in sorted(devices):
                queue(work, CommandVerb.READ_BACK, device_id=device_id)
            work.tell("Had doors cleaned", "holder", holder_id, found.values["name"], undoable=False)
            return saved(work, holder_id)

    def _present(self, context: Context, permission: str = "library.read") -> tuple[ListRow, ...]:
        """The ghosts as of now, computed again only after a change or some seconds."""
        with self.store.read(context, permission) as connection:
            now = self.store.clock()
            topics = connection.execute(select(t.topic.c.name, t.topic.c.version).order_by(t.topic.c.name))
            acts = tuple(tuple(row) for row in topics if row.name in _TOPICS)
            stamp = (int(now.timestamp()) // FRESH_FOR, acts)
            with self._lock:
                kept = self._kept.get(context.community_id)
                if kept is not None and kept[0] == stamp:
                    return kept[1]
            facts = read_facts(connection, self.store.sealer, context.community_id, now)
            reasons = suspects(facts.codes, facts.people, now, since=facts.since)
            rows = tuple(_rows(connection, facts, reasons))
        with self._lock:
            self._kept[context.community_id] = (stamp, rows)
        return rows


_TOPICS = frozenset({"residents", "apartments", "buildings", "personnel", "devices"})
"""What a manager changes of it; the log and the doors are looked at again after FRESH_FOR."""


def _rows(connection: Connection, facts: Facts, reasons: dict[int, tuple[Reason, ...]]) -> Iterable[ListRow]:
    holding = devices_holding(connection, {code.holder_id for code in facts.codes if code.id in reasons})
    wanted = {one for devices in holding.values() for one in devices}
    names = _names(connection, wanted | {one for stray in facts.strays for one in stray.devices})
    for code in facts.codes:
        if code.id in reasons:
            doors = [names[one] for one in sorted(holding[code.holder_id]) if one in names]
            yield _row(code, facts.owners[code.holder_id], reasons[code.id], doors)
    for stray in facts.strays:
        yield _stray_row(stray, [names[one] for one in stray.devices if one in names])


def _row(code: Code, owner: Row[Any], reasons: Sequence[Reason], doors: Sequence[str]) -> ListRow:
    return _listed(
        code.id,
        reasons,
        doors,
        name=owner.name,
        building=owner.building,
        apartment=owner.number,
        identity=owner.identity,
        kind=code.kind.value,
        masked=mask(code.value),
        last_used_at=code.last_used_at,
        holder_id=code.holder_id,
        owner=owner.owner,
        live=code.live,
        there=code.owner_there,
    )


def _stray_row(stray: Stray, doors: Sequence[str]) -> ListRow:
    if stray.holder_id is None:
        users = (
            "1 user there is nobody of this community"
            if stray.users == 1
            else (f"{stray.users:,} users there are nobody of this community")
        )
        ghost_id, reason = -2 * stray.devices[0] - 1, Reason(Why.NOBODY, users)
    else:
        why, text = (
            (Why.OWNER_GONE, "gone, and a door still holds a record")
            if stray.gone
            else (Why.NOBODY, "no code any more, and a door still holds a record")
        )
        ghost_id, reason = -2 * stray.holder_id, Reason(why, text)
    return _listed(
        ghost_id, [reason], doors, name=stray.name, kind="user", holder_id=stray.holder_id, live=False, there=False
    )


def _listed(ghost_id: int, reasons: Sequence[Reason], doors: Sequence[str], **values: Any) -> ListRow:
    blank = {"building": "", "apartment": "", "identity": "", "masked": "", "last_used_at": None, "owner": ""}
    score = score_of(reasons)
    told = {
        "score": score,
        "reasons": "; ".join(one.text for one in reasons),
        "reason": tuple(one.why.value for one in reasons),
        "why": tuple(one.text for one in reasons),
        "doors": ", ".join(sorted(doors, key=str.casefold)),
    }
    return ListRow(ghost_id, (score, ghost_id), blank | values | told)


def _unproved(connection: Connection, credential_id: int) -> set[int]:
    """The devices that a code was to leave, proved or not: one of them may honour it all the same."""
    r = t.read_back
    return set(connection.execute(select(r.c.device_id).where(r.c.credential_id == credential_id)).scalars())


def _names(connection: Connection, device_ids: Iterable[int]) -> dict[int, str]:
    d = t.device
    parts = chunks(sorted(set(device_ids)))
    rows = (row for part in parts for row in connection.execute(select(d.c.id, d.c.name).where(d.c.id.in_(part))))
    return {row.id: row.name for row in rows}
