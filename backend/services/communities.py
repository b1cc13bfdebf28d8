"""The community of an actor: its name and how its times are written (feature SET-02; rules 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from backend.domain.context import Context
from backend.domain.errors import Invalid, NotFound
from backend.domain.formats import Formats
from backend.domain.names import check_name
from backend.domain.records import CommunityRecord, Saved
from backend.services.base import Service, replayed, saved
from backend.store import tables as t


class Communities(Service):
    """The community that a context names."""

    def get(self, context: Context) -> CommunityRecord:
        """The community; raises NotFound."""
        with self.store.read(context, "community.read") as connection:
            row = community_row(connection, context.community_id)
        return CommunityRecord(
            id=row.id,
            version=row.row_version,
            name=row.name,
            timezone=row.timezone,
            clock_format=row.clock_format,
            date_format=row.date_format,
            pin_mode=row.pin_mode,
            country=row.country,
        )

    def edit(
        self,
        context: Context,
        version: int,
        *,
        name: str | None = None,
        timezone: str | None = None,
        clock_format: str | None = None,
        date_format: str | None = None,
    ) -> Saved:
        """Change what is not None. Another time zone shifts daily and weekly hours, so every door gets them anew.

        Raises Stale and Invalid (name, timezone, clock_format, date_format).
        """
        with self.store.write(context, "community.edit") as work:
            work.require("community.edit")
            if work.replayed is not None:
                return replayed(work)
            row = community_row(work.connection, context.community_id)
            typed = {
                "name": name,
                "timezone": timezone,
                "clock_format": clock_format,
                "date_format": date_format,
            }
            wanted = _checked({field: getattr(row, field) if new is None else new for field, new in typed.items()})
            work.update(t.community, row.id, version=version, **wanted)
            if wanted["timezone"] != row.timezone:
                devices = select(t.device.c.id).where(t.device.c.community_id == row.id)
                work.dirty(work.connection.execute(devices).scalars().all(), "time zone changed")
            work.tell("Changed community settings", "community", row.id, wanted["name"])
            work.touch("buildings")
            return saved(work, row.id)


def community_row(connection: Connection, community_id: int) -> Row[Any]:
    """The row of a community; raises NotFound."""
    found = connection.execute(select(t.community).where(t.community.c.id == community_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such community.")
    return found


def _checked(wanted: dict[str, str]) -> dict[str, str]:
    """The settings in order; raises Invalid naming every field that is not."""
    bad: dict[str, str] = {}
    try:
        wanted = wanted | {"name": check_name(wanted["name"], "name")}
    except Invalid as error:
        bad |= error.fields
    for field, zone, clock, order in (
        ("timezone", wanted["timezone"], "24", "iso"),
        ("clock_format", "UTC", wanted["clock_format"], "iso"),
        ("date_format", "UTC", "24", wanted["date_format"]),
    ):
        try:
            Formats.of(zone, clock, order)
        except Invalid as error:
            bad |= {field: error.fields[field]}
    if bad:
        raise Invalid(bad)
    return wanted
