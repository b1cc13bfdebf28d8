"""What somebody finds who comes in: the place that a session is made of, and the figures of the first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.domain.formats import Formats
from backend.domain.permissions import allowed
from screens.base.session import ModuleEntry, Session, StandingAtADoor
from smartplus_tui.navigation import entries

if TYPE_CHECKING:
    from backend.domain.accounts import ManagerRecord
    from backend.domain.communities import CommunityRecord
    from backend.domain.context import Context
    from backend.domain.dashboard import Summary
    from backend.domain.enums import Role
    from backend.engine import Engine
    from screens.dashboard_read import DashboardData


@dataclass(frozen=True, slots=True)
class Place:
    """Who has come in, and where."""

    context: Context
    manager: ManagerRecord
    community: CommunityRecord
    sites: int
    lock_minutes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the first page draws: the top bar, and the dashboard."""

    summary: Summary
    dashboard: DashboardData


def read_place(engine: Engine, context: Context) -> Place:
    """Who has come in, and where; blocks on the database. Raises Forbidden."""
    return Place(
        context,
        engine.account.me(context),
        engine.communities.get(context),
        len(engine.sites.places(context)),
        engine.account.lock_minutes(context),
    )


def read_figures(engine: Engine, context: Context) -> Figures:
    """What the first page draws; blocks on the database. Raises Forbidden."""
    from screens.dashboard_read import read_dashboard

    return Figures(engine.dashboard.summary(context), read_dashboard(engine, context))


def session_of(engine: Engine, place: Place, doors: StandingAtADoor | None) -> Session:
    """The session of whoever has come in; the demo, whose password nobody knows, never locks."""
    modules = modules_of(doors, place.manager.role)
    session = Session(engine, place.context, place.manager, place.community, _formats(place.community), modules, doors)
    session.sites, session.lock_minutes = place.sites, 0 if doors is not None else place.lock_minutes
    return session


async def is_new(session: Session) -> bool:
    """Whether an installer has come to a site in which nothing has been made yet."""
    if not session.may("building.write"):
        return False
    return not await session.ask(session.engine.list("building", session.context).first, 1)


async def refresh_place(session: Session) -> None:
    """Take over what has changed of the community, and in how many sites the account may act."""
    engine = session.engine
    community = await session.ask(engine.communities.get, session.context)
    places = await session.ask(engine.sites.places, session.context)
    session.community, session.formats, session.sites = community, _formats(community), len(places)


async def refresh_lock(session: Session) -> None:
    """Take over after how many minutes the screen locks; that of the demo never does."""
    if session.doors is None:
        session.lock_minutes = await session.ask(session.engine.account.lock_minutes, session.context)


def modules_of(doors: StandingAtADoor | None, role: Role) -> tuple[ModuleEntry, ...]:
    """The modules that a role finds in the left column."""
    return entries(doors is not None, lambda permission: allowed(role, permission, {}))


def _formats(community: CommunityRecord) -> Formats:
    return Formats.of(community.timezone, community.clock_format, community.date_format)
