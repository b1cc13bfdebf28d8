"""The mail to whoever planned a move of which something could not be done (feature RES-16)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from backend.domain.timewords import describe_moment
from backend.services.door_states import formats_of
from backend.services.outbox import post_mail
from backend.store import tables as t
from backend.store.work import Work


def tell_planner(work: Work, row: Row[Any], problem: str, *, moved_out: bool) -> None:
    """Write the mail, once a move; nobody hears of it where the account is gone."""
    manager = t.manager
    to = work.connection.execute(select(manager.c.email).where(manager.c.id == row.planned_by_id)).scalar()
    if not to:
        return
    when = describe_moment(row.at, formats_of(work.connection, work.context.community_id))
    done = "The family who lived there has moved out." if moved_out else "Nobody has moved out."
    text = (
        f"You planned a move in {row.place} for {when}.\n\n{done}\n{problem}\n\n"
        "What is missing can be entered on the page of the apartment.\n"
    )
    post_mail(
        work,
        purpose="Move not complete",
        key=f"move:{row.uuid}",
        to=to,
        subject=f"{row.place}: the move is not complete",
        text=text,
        manager_id=row.planned_by_id,
    )
