"""What somebody finds who comes in: the account, the place, and the figures of the first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.formats import Formats
from backend.domain.permissions import allowed
from screens.base.session import ModuleEntry, Session, StandingAtADoor
from screens.dashboard_read import DashboardData, read_dashboard
from smartplus_tui.navigation import entries

if TYPE_CHECKING:
    from backend.domain.accounts import ManagerRecord
    from backend.domain.communities import CommunityRecord
    from backend.domain.context import Context
    from backend.domain.dashboard import Summary
    from backend.domain.enums import Role
    from backend.engine import Engine


@dataclass(frozen=True, slots=True)
class Place:
    """Who has come in, and where: what a session is made of. `is_new`: an installer, and nothing has been made yet."""

    context: Context
    manager: ManagerRecord
    community: CommunityRecord
    sites: int
    lock_minutes: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class FirstPage:
    """A place with the figures that the first page of a login draws."""

    place: Place
    summary: Summary
    dashboard: DashboardData


def read_place(engine: Engine, context: Context) -> Place:
    """Who has come in, and where; blocks on the database. Raises Forbidden."""
    manager = engine.account.me(context)
    return Place(
        context,
        manager,
        engine.communities.get(context),
        len(engine.sites.places(context)),
        engine.account.lock_minutes(context),
        allowed(manager.role, "building.write", {}) and not engine.list("building", context).first(1),
    )


def read_first_page(engine: Engine, context: Context) -> FirstPage:
    """All of it; blocks on the database. Raises Forbidden."""
    return FirstPage(read_place(engine, context), engine.dashboard.summary(context), read_dashboard(engine, context))


def session_of(engine: Engine, first: FirstPage, doors: StandingAtADoor | None) -> Session:
    """The session of whoever has come in, with what its first page shows."""
    place = first.place
    modules = modules_of(doors, place.manager.role)
    session = Session(engine, place.context, place.manager, place.community, _formats(place.community), modules, doors)
    session.sites, session.lock_minutes = place.sites, 0 if doors is not None else place.lock_minutes
    session.first = first.dashboard
    return session


async def refresh_place(session: Session) -> None:
    """Take over what has changed of the community, and in how many sites the account may act."""
    engine = session.engine
    community = await session.ask(engine.communities.get, session.context)
    places = await session.ask(engine.sites.places, session.context)
    session.community, session.formats, session.sites = community, _formats(community), len(places)


async def refresh_lock(session: Session) -> None:
    """Take over after how many minutes the screen locks; the demo, whose password nobody knows, never does."""
    if session.doors is None:
        session.lock_minutes = await session.ask(session.engine.account.lock_minutes, session.context)


def modules_of(doors: StandingAtADoor | None, role: Role) -> tuple[ModuleEntry, ...]:
    """The modules that a role finds in the left column."""
    return entries(doors is not None, lambda permission: allowed(role, permission, {}))


def _formats(community: CommunityRecord) -> Formats:
    return Formats.of(community.timezone, community.clock_format, community.date_format)
