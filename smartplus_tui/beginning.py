"""What a login begins with: the session that every screen of it works with."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from backend.domain.errors import SmartPlusError
from backend.domain.formats import Formats
from backend.domain.permissions import allowed
from screens.base.session import ModuleEntry, Session, StandingAtADoor
from smartplus_tui.navigation import entries

if TYPE_CHECKING:
    from backend.domain.context import Context
    from backend.domain.enums import Role
    from backend.engine import Engine
    from screens.base.session import StandIn
    from smartplus_tui.stand_in import StandInDoor


class Beginning:
    """What a site without devices leans on: a virtual door of its own, and the first steps until there is a door."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._door: StandInDoor | None = None

    def start_door(self, timezone: str = "") -> StandIn:
        """Start the site's virtual door, making it where there is none yet; blocks for seconds. Raises Unreachable."""
        if self._door is None:
            from smartplus_tui.stand_in import StandInDoor

            self._door = StandInDoor(self._engine.root)
        return self._door.start(timezone)

    def resume(self) -> None:
        """Start the virtual door that the site has had before, if it has one and nobody else has started it."""
        from smartplus_tui.stand_in import StandInDoor

        if StandInDoor(self._engine.root).made:
            with contextlib.suppress(SmartPlusError):
                self.start_door()

    def close(self) -> None:
        """End the virtual door."""
        if self._door is not None:
            self._door.close()

    async def is_new(self, session: Session) -> bool:
        """Whether an installer has come to a site in which nothing has been made yet."""
        if not session.may("building.write"):
            return False
        buildings = self._engine.list("building", session.context)
        return not await session.ask(buildings.first, 1)


async def begin_session(engine: Engine, context: Context, doors: StandingAtADoor | None) -> Session:
    """The session of `context`: account, community, formats, the modules of its role, the sites it reaches."""
    return await asyncio.to_thread(_begin, engine, context, doors)


def _begin(engine: Engine, context: Context, doors: StandingAtADoor | None) -> Session:
    community = engine.communities.get(context)
    manager = engine.account.me(context)
    formats = Formats.of(community.timezone, community.clock_format, community.date_format)
    session = Session(engine, context, manager, community, formats, modules_of(doors, manager.role), doors)
    session.sites = len(engine.sites.places(context))
    session.lock_minutes = lock_minutes(session)
    return session


async def refresh_place(session: Session) -> None:
    """Take over what has changed of the community, and in how many sites the account may act."""
    engine = session.engine
    community = await session.ask(engine.communities.get, session.context)
    places = await session.ask(engine.sites.places, session.context)
    session.community = community
    session.formats = Formats.of(community.timezone, community.clock_format, community.date_format)
    session.sites = len(places)


def modules_of(doors: StandingAtADoor | None, role: Role) -> tuple[ModuleEntry, ...]:
    """The modules that a role finds in the left column."""
    return entries(doors is not None, lambda permission: allowed(role, permission, {}))


def lock_minutes(session: Session) -> int:
    """Minutes after which the screen of this session locks; the demo, whose password nobody knows, never does."""
    return 0 if session.doors is not None else session.engine.account.lock_minutes(session.context)
