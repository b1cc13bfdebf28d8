"""Which rows of a table are ticked, also when there are millions of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ticks:
    """Ticked records: those in `ids`, or, with `everything`, all that is filtered but those in `ids`."""

    everything: bool = False
    ids: frozenset[int] = frozenset()

    def holds(self, row_id: int) -> bool:
        """Is this record ticked?"""
        return (row_id in self.ids) is not self.everything

    def toggled(self, row_id: int) -> Ticks:
        """The ticks with this record's turned round."""
        return Ticks(self.everything, self.ids ^ {row_id})

    def toggled_all(self) -> Ticks:
        """Everything ticked, or nothing when everything was."""
        return Ticks() if self.everything and not self.ids else Ticks(everything=True)

    def count(self, total: int) -> int:
        """How many of `total` rows are ticked."""
        return max(0, total - len(self.ids)) if self.everything else len(self.ids)

    def __bool__(self) -> bool:
        """Is anything ticked?"""
        return self.everything or bool(self.ids)
