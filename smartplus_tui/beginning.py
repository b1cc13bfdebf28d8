"""What a site without devices begins with: a virtual door of its own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from backend.domain.errors import SmartPlusError

if TYPE_CHECKING:
    from backend.engine import Engine
    from screens.base.session import StandIn
    from smartplus_tui.stand_in import StandInDoor


class Beginning:
    """The virtual door that a site without devices leans on."""

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
