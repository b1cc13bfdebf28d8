"""Revocations with their proof, for people and for receipts; green only where every door was read back (SYNC-03)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Subquery, Text, and_, case, cast, func, literal, or_, select, union_all

from backend.domain.context import Context
from backend.domain.enums import CredentialKind, DeviceStatus
from backend.domain.errors import NotFound
from backend.domain.formats import Formats, counted
from backend.domain.paging import ListQuery
from backend.domain.receipts import Receipt, ReceiptTable
from backend.domain.revocations import Proof, Revocation, RevokedCode, RevokedDoor, still_words
from backend.services.agents import agent_record
from backend.services.base import Service
from backend.services.communities import community_row
from backend.services.credentials import spoken
from backend.services.door_states import OVERDUE_AFTER, DeviceNow, devices_now, formats_of
from backend.services.lists import ListHandle
from backend.services.revoked_codes import carried_by_strangers, codes_of
from backend.services.texts import count_kinds
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing

SHOWN_FOR = timedelta(days=30)
"""How long a proved revocation stays in the list; receipts can be had of older ones too."""

WORDS = {Proof.GONE: "read back, gone", Proof.REMOVED: "removed, not read back"}
_RANK = (Proof.HOLDS, Proof.REMOVED, Proof.GONE)


class Revocations(Service):
    """What was taken away and whether it is gone; nothing is written."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The people who lost something, those first whose doors are not all proved."""
        return ListHandle(self.store, context, "sync.read", self._listing(context), query)

    def get(self, context: Context, holder_id: int) -> Revocation:
        """What a person lost, door by door, no door where nothing was; raises NotFound."""
        with self.store.read(context, "sync.read") as connection:
            return self._get(connection, context, holder_id)

    def receipt(self, context: Context, holder_id: int) -> Receipt:
        """The receipt of what a person lost, as it stands now; raises NotFound, also where nothing was."""
        with self.store.read(context, "sync.read") as connection:
            found = self._get(connection, context, holder_id)
            if found.taken_at is None:
                raise NotFound(f"Nothing was taken away from {spoken(found.person)}.")
            site = str(community_row(connection, context.community_id).name)
            formats = formats_of(connection, context.community_id)
        return _receipt(found, site, formats, formats.moment(self.store.clock(), seconds=True), context.actor_name)

    def _get(self, connection: Connection, context: Context, holder_id: int) -> Revocation:
        h = t.holder
        name = connection.execute(
            select(h.c.name).where(h.c.id == holder_id, h.c.community_id == context.community_id)
        ).scalar()
        if name is None:
            raise NotFound("There is no such person.")
        codes = codes_of(connection, self.store.sealer, context.community_id, holder_id)
        return Revocation(
            holder_id=holder_id,
            person=name,
            what=_kinds(codes),
            taken_at=codes[0].freed_at if codes else None,
            doors=self._doors(connection, context, holder_id, codes),
            codes=tuple(codes),
        )

    def _doors(
        self, connection: Connection, context: Context, holder_id: int, codes: Sequence[RevokedCode]
    ) -> tuple[RevokedDoor, ...]:
        now = self.store.clock()
        devices = devices_now(connection, context.community_id, now)
        strangers = carried_by_strangers(connection, self.store.sealer, holder_id)
        alive, formats = agent_record(connection, now).alive, formats_of(connection, context.community_id)
        by_door: dict[tuple[int | None, str], list[RevokedCode]] = defaultdict(list)
        for code in codes:
            by_door[code.device_id, code.device].append(code)
        doors = []
        for (device_id, name), mine in by_door.items():
            door = _door(device_id, name, mine)
            device = devices.get(device_id or 0)
            if door.proof is not Proof.GONE:
                reason, todo = _why(device, agent_alive=alive, stranger=device_id in strangers)
                waits = device.waiting(agent_alive=alive, now=now, formats=formats) if device and not reason else reason
                door = door.model_copy(update={"reason": waits, "todo": todo})
            doors.append(door)
        return tuple(sorted(doors, key=lambda door: (_RANK.index(door.proof), door.device.casefold())))

    def _listing(self, context: Context) -> Listing:
        now, h = self.store.clock(), t.holder
        grouped = _per_person(context.community_id, now)
        proof = case((grouped.c.late > 0, "overdue"), (grouped.c.missing > 0, "open"), else_="proved")
        rank = case((grouped.c.late > 0, 0), (grouped.c.missing > 0, 1), else_=2)
        recent = or_(grouped.c.waiting > 0, grouped.c.taken_at > now - SHOWN_FOR)
        return Listing(
            source=grouped.join(h, h.c.id == grouped.c.id),
            id_column=grouped.c.id,
            columns={
                "person": h.c.name,
                "proof": proof,
                "doors": grouped.c.doors,
                "missing": grouped.c.missing,
                "taken_at": grouped.c.taken_at,
            },
            sorts={"worst": rank, "taken_at": grouped.c.taken_at, "person": h.c.name_fold},
            default_sort="worst",
            filters={
                "person": FilterColumn(h.c.name_fold, "contains"),
                "proof": FilterColumn(proof),
                "taken_at": FilterColumn(grouped.c.taken_at),
            },
            words=(h.c.name_fold,),
            where=recent,
        )


def _per_person(community_id: int, now: datetime) -> Subquery:
    """What each person lost: when last, at how many doors, and at how many of them it is not proved yet."""
    lost = _lost(community_id).subquery("lost")
    waiting = and_(lost.c.absent_at.is_(None), lost.c.there)
    late = and_(waiting, lost.c.taken_at < now - OVERDUE_AFTER)
    per_door = lost.c.device.concat("/").concat(cast(lost.c.relay, Text))
    return (
        select(
            lost.c.holder_id.label("id"),
            func.max(lost.c.taken_at).label("taken_at"),
            func.count(per_door.distinct()).label("doors"),
            func.count(case((lost.c.absent_at.is_(None), per_door)).distinct()).label("missing"),
            func.count(case((late, per_door)).distinct()).label("late"),
            func.count(case((waiting, per_door)).distinct()).label("waiting"),
        )
        .group_by(lost.c.holder_id)
        .subquery("grouped")
    )


def _lost(community_id: int) -> Select[tuple[int]]:
    """Every code with every door that had to lose it: in the books, and kept; `there` is a device of the site."""
    r, c, v, d = t.read_back, t.credential, t.revocation, t.device
    live = (
        select(c.c.holder_id, d.c.name.label("device"), r.c.relay, r.c.freed_at.label("taken_at"), r.c.absent_at,
               literal(True).label("there"))
        .select_from(r)
        .join(c, c.c.id == r.c.credential_id)
        .join(d, d.c.id == r.c.device_id)
        .where(c.c.community_id == community_id)
    )  # fmt: skip
    kept = select(
        v.c.holder_id, v.c.device, v.c.relay, v.c.freed_at.label("taken_at"), v.c.absent_at, literal(False)
    ).where(v.c.community_id == community_id)
    both = union_all(live, kept).subquery("both")
    return select(both)


def _door(device_id: int | None, name: str, codes: Sequence[RevokedCode]) -> RevokedDoor:
    """One door: the worst of its codes decides, and says what is meant."""
    worst = min((code.proof for code in codes), key=_RANK.index)
    meant = [code for code in codes if code.proof is worst]
    reads = [code.absent_at for code in codes if code.absent_at is not None]
    return RevokedDoor(
        device_id=device_id,
        device=name,
        relay=codes[0].relay,
        proof=worst,
        what=_kinds(meant),
        taken_at=min(code.freed_at for code in meant),
        read_at=max(reads, default=None),
    )


def _kinds(codes: Sequence[RevokedCode]) -> str:
    kinds = {(code.kind, code.credential_id) for code in codes}
    return count_kinds(dict(Counter(CredentialKind(kind) for kind, _ in kinds)))


def _why(device: DeviceNow | None, *, agent_alive: bool, stranger: bool) -> tuple[str, str]:
    """Why a door is not proved, "" where the device's own words say it best, and what to do about it."""
    if device is None:
        return "the device left this site unread", "Reset it, or read it where it hangs now."
    if stranger:
        return "a user that is not ours carries it", "Overwrite that user on the Drift tab."
    if device.sync.held_reason:
        return "", "Type the count on the Doors tab, or undo what caused it."
    if not agent_alive:
        return "", "Start the agent."
    if device.status is DeviceStatus.OFFLINE:
        return "", "Bring it back on line; until then the door may honour it."
    if device.status is DeviceStatus.NEVER_SEEN:
        return "", "Check its address and cable."
    return "", "It is tried again by itself; r reads it now."


def _receipt(found: Revocation, site: str, formats: Formats, made_at: str, actor: str) -> Receipt:
    doors = tuple(
        (door.device, _proof_words(door), formats.moment(door.read_at, seconds=True) if door.read_at else "–")
        for door in found.doors
    )
    codes = tuple(
        (
            code.credential,
            code.device,
            formats.moment(code.freed_at, seconds=True),
            formats.moment(code.absent_at, seconds=True) if code.absent_at else "not proved",
        )
        for code in found.codes
    )
    all_of = f"{len(found.doors) - found.open_doors} of {counted(len(found.doors), 'door')} proved"
    foot = (
        "Each door was read back, and none of these codes opens it."
        if found.proved
        else "Not proved yet: a door that is not marked as read back may still open to these codes."
    )
    return Receipt(
        title="Revocation receipt",
        site=site,
        facts=(
            ("Person", spoken(found.person)),
            ("Taken away", found.what),
            ("Last on", formats.moment(found.taken_at, seconds=True) if found.taken_at else "–"),
            ("Proof", all_of),
            ("Printed", f"{made_at}, {actor}"),
        ),
        tables=(
            ReceiptTable("Doors", ("Door", "Proof", "Read back"), doors),
            ReceiptTable("Codes", ("Code", "Door", "Taken away", "Read back without it"), codes),
        ),
        foot=foot,
    )


def _proof_words(door: RevokedDoor) -> str:
    return f"{still_words(door.relay)} {door.what}" if door.proof is Proof.HOLDS else WORDS[door.proof]
