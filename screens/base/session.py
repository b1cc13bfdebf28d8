"""What every screen works with: the engine, who acts, and how this community writes its times."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from backend.domain.accounts import ManagerRecord
    from backend.domain.communities import CommunityRecord
    from backend.domain.context import Context
    from backend.domain.dashboard import Summary
    from backend.domain.formats import Formats
    from backend.domain.records import Saved
    from backend.engine import Engine
    from screens.dashboard_read import DashboardData

P = ParamSpec("P")
T = TypeVar("T")


class StandingAtADoor(Protocol):
    """The virtual doors of the demo, as one standing there would use them."""

    def type_pin(self, device: str, pin: str) -> tuple[bool, str]:
        """Type a PIN: opened or not, and the device's own reason."""

    def present_card(self, device: str, card: str) -> tuple[bool, str]:
        """Present a card: opened or not, and the device's own reason."""

    def show_face(self, device: str, photo: bytes) -> tuple[bool, str]:
        """Look into the camera as on a photo: opened or not, and the device's own reason."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A virtual door that stands in for a real one: where it listens, and its login."""

    address: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ModuleEntry:
    """A module as the left column shows it."""

    letter: str
    name: str


@dataclass(slots=True)
class Watched:
    """The last save whose way to the doors is counted in the status line."""

    title: str
    saved: Saved
    text: str = ""
    tone: str = "warn"
    done: bool = False


@dataclass(slots=True)
class Session:
    """One manager at one site; given to every screen in its constructor."""

    engine: Engine
    context: Context
    manager: ManagerRecord
    community: CommunityRecord
    formats: Formats
    modules: tuple[ModuleEntry, ...]
    doors: StandingAtADoor | None = None
    stand_in: Callable[[str], StandIn] | None = None
    """Starts a virtual door whose clock is in a time zone, and answers where it is; blocks for seconds."""
    watched: Watched | None = None
    told: tuple[str, str, str] | None = None
    """Title, text and tone of the last thing that was said in the status line."""
    summary: Summary | None = None
    """The last figures of the top bar."""
    first: Awaitable[DashboardData | None] | None = None
    """What the dashboard shows at first, where it is read before the engine has started; taken once."""
    wanted_filter: str = ""
    """A filter that a page wishes the list it goes to to begin with."""
    export_folder: str = ""
    export_suffix: str = ".xlsx"
    """Where the last list was exported to, and how: the next one is proposed there."""
    sites: int = 1
    """How many sites this account reaches; more than one can be switched."""
    reminder: bool = False
    """Whether a new password is due and has not been put off until the next login."""
    changing: bool = False
    """Whether an act of this session is about to give it another context: until then its own may look ended."""
    lock_minutes: int = 0
    """Minutes without a key after which the screen locks, 0 for never."""
    badges: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By letter of a module: text and tone of its badge."""

    def tell(self, title: str, text: str, tone: str) -> None:
        """Say something in the status line; a save that has reached every door gives way to it."""
        self.told = (title, text, tone)
        if self.watched is not None and self.watched.done:
            self.watched = None

    async def ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call of the engine in a thread: nothing over 10 ms runs on the event loop."""
        return await asyncio.to_thread(call, *args, **kwargs)

    def now(self) -> datetime:
        """The engine's clock."""
        return self.engine.clock()

    def may(self, permission: str) -> bool:
        """Whether to offer what needs `permission`; the service decides, this only saves the way there."""
        from backend.domain.permissions import SWITCHES, allowed

        switches = {name: getattr(self.manager, name) for name in SWITCHES.values()}
        return allowed(self.manager.role, permission, switches)

    def granted(self, permission: str) -> bool:
        """Whether the role has `permission`, whatever a switch of the account takes away."""
        from backend.domain.permissions import allowed

        return allowed(self.manager.role, permission, {})

    def why_closed(self, permission: str) -> str:
        """Who closed what needs `permission`: the role, or an installer by a switch of this account."""
        from backend.domain.permissions import refusal

        return refusal(permission, self.manager.role)

    def act(self) -> Context:
        """The context of the next act, with a request id of its own."""
        return self.context.again()
