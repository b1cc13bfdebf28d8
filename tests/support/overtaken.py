"""An actor whom somebody overtakes: between their look at the rows and their act another process has acted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.context import Context


@dataclass(frozen=True)
class Overtaken(Context):
    """A context whose next act comes after `first` was done."""

    first: Callable[[], object] = lambda: None

    def again(self) -> Context:
        """Whoever is faster acts now."""
        self.first()
        return Context(self.actor_id, self.actor_name, self.community_id, self.via)
