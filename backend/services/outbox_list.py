"""The Outbox as managers see it: what was sent, what failed, what waits (features AGT-07, AGT-09; rules 7.1)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from backend.domain.context import Context
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Conflict, Invalid, NotFound
from backend.domain.outgoing import OutgoingRecord, OutgoingText, letter
from backend.domain.paging import ListQuery
from backend.domain.paths import at_home
from backend.domain.records import Saved
from backend.services.base import Service, replayed, saved
from backend.services.door_states import formats_of
from backend.services.lists import ListHandle
from backend.services.outbox import NEEDS, can_send, open_content
from backend.services.since import since
from backend.store import tables as t
from backend.store.listing import FilterColumn, Listing
from backend.store.work import Work

AT_ONCE = 500
"""Ids in one statement."""

UNDER_WAY = (OutgoingState.QUEUED, OutgoingState.SENDING)
UNSENT = (OutgoingState.FAILED, OutgoingState.UNKNOWN, OutgoingState.DEAD, OutgoingState.WAITING)
"""What did not arrive, or may not have: a manager sends it again or hands it over."""

OVER = (OutgoingState.DEAD, OutgoingState.WITHDRAWN)

_PLAIN = ("id", "kind", "purpose", "address", "state", "attempt", "answer", "made_at", "not_before", "useful_until",
          "ended_at")  # fmt: skip


class Outbox(Service):
    """Texts of a community; what they say is sealed, and reading one leaves an operation."""

    def list(self, context: Context, query: ListQuery) -> ListHandle:
        """The texts, newest first."""
        return ListHandle(self.store, context, "outbox.read", _listing(context), since(query, "made_at"))

    def get(self, context: Context, text_id: int) -> OutgoingRecord:
        """One text without what it says; raises NotFound."""
        with self.store.read(context, "outbox.read") as connection:
            return _record(_rows(connection, context, (text_id,))[0])

    def read(self, context: Context, text_id: int) -> OutgoingText:
        """A text whole. It may hold a password or a code, so reading it is an operation. Raises NotFound.

        What is written to an account is the installer's alone to read: who reads its codes can be that account.
        """
        with self.store.write(context, "outgoing.read") as work:
            work.require("credential.reveal")
            row = _rows(work.connection, context, (text_id,))[0]
            if row.manager_id is not None:
                work.require("manager.write")  # its code or password lets in as that account
            if work.replayed is None:
                work.tell(f"Read the text: {row.purpose}", "outgoing", row.id, row.address, undoable=False)
        content = open_content(self.store.sealer, row.uuid, row.content_sealed)
        return OutgoingText(record=_record(row), subject=content.subject, text=content.text, pictures=content.drawn())

    def print(self, context: Context, text_id: int, path: Path) -> tuple[Path, ...]:
        """Write a text to a new file that only this account may read, its pictures beside it; answers the files.

        It is read as by `read`. Raises NotFound, Conflict (path) for a file that is there, Invalid (path).
        """
        with self.store.read(context, "credential.reveal"):
            pass
        path = at_home(path)
        with _new_file(path) as target:
            text = self.read(context, text_id)
            with self.store.read() as connection:
                lines = letter(text, formats_of(connection, context.community_id))
            target.write("\n".join(lines).encode() + b"\n")
            beside = [path.with_name(f"{path.stem}-{Path(name).name}") for name, _ in text.pictures]
            for place, (_, png) in zip(beside, text.pictures, strict=True):
                with _new_file(place) as picture:
                    picture.write(png)
        return (path, *beside)

    def send_again(self, context: Context, ids: Sequence[int]) -> Saved:
        """Have texts sent now, with five tries anew; those under way or of no use any more are left as they are.

        Raises NotFound, and Conflict where none can be sent.
        """
        with self.store.write(context, "outgoing.send") as work:
            work.require("outbox.write")
            if work.replayed is not None:
                return replayed(work)
            rows = _rows(work.connection, context, ids)
            _need_ways(work.connection, {OutgoingKind(row.kind) for row in rows})
            sendable = [row for row in rows if row.state not in UNDER_WAY and not _is_over(row, work.at)]
            if not sendable:
                over = any(_is_over(row, work.at) for row in rows)
                raise Conflict("", "It is of no use any more: make a new one." if over else "It is being sent already.")
            anew = {"attempt": 0, "not_before": None, "claimed_at": None, "data_at": None, "ended_at": None}
            _change(work, sendable, state=OutgoingState.QUEUED.value, answer="", **anew)
            return _told(work, "Sent again", sendable)

    def hand_over(self, context: Context, ids: Sequence[int]) -> Saved:
        """Mark texts as handed over on paper or by word; nothing sends them any more. Raises NotFound, Conflict."""
        with self.store.write(context, "outgoing.hand_over") as work:
            work.require("outbox.write")
            if work.replayed is not None:
                return replayed(work)
            rows = [row for row in _rows(work.connection, context, ids) if row.state in UNSENT]
            if not rows:
                raise Conflict("", "Only what did not leave can be handed over.")
            _change(work, rows, state=OutgoingState.HANDED.value, ended_at=work.at, not_before=None)
            return _told(work, "Handed over", rows)

    def delete(self, context: Context, ids: Sequence[int]) -> Saved:
        """Delete dead letters and what was withdrawn for good. Raises NotFound, Conflict where none of them is such."""
        with self.store.write(context, "outgoing.delete") as work:
            work.require("outbox.write")
            if work.replayed is not None:
                return replayed(work)
            rows = [row for row in _rows(work.connection, context, ids) if row.state in OVER]
            if not rows:
                raise Conflict("", "Only dead letters can be deleted. What waits is sent or handed over.")
            for some in _portions(rows):
                work.connection.execute(delete(t.outgoing).where(t.outgoing.c.id.in_(some)))
            return _told(work, "Deleted dead letters", rows)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there, with 0600; it goes again where writing it fails."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Conflict("path", f"{path} is there already. Name another file.") from None
    except OSError as error:
        raise Invalid({"path": f"{path} cannot be written: {error.strerror}."}) from None
    try:
        with open(number, "wb") as target:
            yield target
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def outbox_counts(connection: Connection, community_id: int) -> tuple[int, int]:
    """How many texts failed (dead, unknown, under retry) and how many wait for a server or a hand."""
    o = t.outgoing
    rows = connection.execute(
        select(o.c.state, func.count())
        .where(o.c.community_id == community_id, o.c.state.in_(UNSENT))
        .group_by(o.c.state)
    )
    counts = {row[0]: int(row[1]) for row in rows}
    waiting = counts.pop(OutgoingState.WAITING.value, 0)
    return sum(counts.values()), waiting


def _is_over(row: Row[Any], now: datetime) -> bool:
    return row.useful_until is not None and row.useful_until <= now


def _need_ways(connection: Connection, kinds: set[OutgoingKind]) -> None:
    for kind in sorted(kinds):
        if not can_send(connection, kind):
            what = "mail server" if kind is OutgoingKind.MAIL else "gateway for text messages"
            raise Conflict(NEEDS[kind], f"No {what} is configured. An installer sets it in Settings.")


def _portions(rows: Sequence[Row[Any]]) -> list[list[int]]:
    ids = [row.id for row in rows]
    return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]


def _change(work: Work, rows: Sequence[Row[Any]], **values: Any) -> None:
    for some in _portions(rows):
        work.connection.execute(update(t.outgoing).where(t.outgoing.c.id.in_(some)).values(**values))


def _told(work: Work, action: str, rows: Sequence[Row[Any]]) -> Saved:
    first = rows[0]
    name = first.address if len(rows) == 1 else f"{len(rows)} texts"
    what = f"{action}: {first.purpose}" if len(rows) == 1 else action
    work.tell(what, "outgoing", first.id, name, undoable=False)
    work.touch("outbox")
    return saved(work, first.id)


def _with_names(context: Context) -> Select[Any]:
    """The texts of a community with the name of whom they are about."""
    o, holder, manager = t.outgoing, t.holder, t.manager
    about = func.coalesce(holder.c.name, manager.c.name, "").label("about")
    return (
        select(o, about)
        .select_from(
            o.outerjoin(holder, holder.c.id == o.c.holder_id).outerjoin(manager, manager.c.id == o.c.manager_id)
        )
        .where(o.c.community_id == context.community_id)
    )


def _rows(connection: Connection, context: Context, ids: Sequence[int]) -> list[Row[Any]]:
    """The texts with these ids, the oldest first; raises NotFound where one is missing."""
    wanted = sorted(set(ids))
    found: list[Row[Any]] = []
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        found += connection.execute(
            _with_names(context).where(t.outgoing.c.id.in_(some)).order_by(t.outgoing.c.id)
        ).all()
    if not wanted or len(found) != len(wanted):
        raise NotFound("There is no such text in the Outbox.")
    return found


def _record(row: Row[Any]) -> OutgoingRecord:
    return OutgoingRecord(
        **{name: getattr(row, name) for name in _PLAIN if name not in ("kind", "state")},
        kind=OutgoingKind(row.kind),
        state=OutgoingState(row.state),
        about=row.about,
    )


def _listing(context: Context) -> Listing:
    o, holder, manager = t.outgoing, t.holder, t.manager
    about = func.coalesce(holder.c.name, manager.c.name, "")
    about_fold = func.coalesce(holder.c.name_fold, func.lower(manager.c.name), "")
    address, purpose = func.lower(o.c.address), func.lower(o.c.purpose)
    return Listing(
        source=o.outerjoin(holder, holder.c.id == o.c.holder_id).outerjoin(manager, manager.c.id == o.c.manager_id),
        id_column=o.c.id,
        columns={**{name: o.c[name] for name in _PLAIN if name != "id"}, "about": about},
        sorts={"made_at": o.c.made_at},
        default_sort="made_at",
        descending=True,
        filters={
            "made_at": FilterColumn(o.c.made_at),
            "kind": FilterColumn(o.c.kind),
            "address": FilterColumn(address, "contains"),
            "purpose": FilterColumn(purpose, "contains"),
            "about": FilterColumn(about_fold, "contains"),
            "state": FilterColumn(o.c.state),
        },
        words=(address, purpose, about_fold),
        where=o.c.community_id == context.community_id,
    )
