"""Who may open a door at an instant, by which group and with what (feature SYNC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backend.domain.access.decide import group_open, methods_of, reaches, standing
from backend.domain.access.results import Reason
from backend.domain.access.rules import Holder, Rules
from backend.domain.enums import CredentialKind

Kinds = frozenset[CredentialKind]

Person = tuple[int, frozenset[int], Kinds, bool]
"""An active holder at an instant: id, groups, what they have that is usable then, and whether they are a resident."""


@dataclass(frozen=True, slots=True)
class Admission:
    """That somebody may open a door: the group that gives it, as `decide` names it, and what they may show there."""

    group_id: int
    kinds: Kinds


class Moment:
    """The rules at one instant, for questions about many people or doors: what they share is worked out once."""

    def __init__(self, rules: Rules, at: datetime) -> None:
        self.rules = rules
        self.at = at
        self._opening: dict[int, frozenset[int]] = {}
        self._open: dict[int, bool] = {}

    def opening(self, relay_id: int) -> frozenset[int]:
        """The groups that have the relay and are open now."""
        if relay_id not in self._opening:
            groups = self.rules.groups.values()
            self._opening[relay_id] = frozenset(
                group.id for group in groups if relay_id in group.relays and self._is_open(group.id)
            )
        return self._opening[relay_id]

    def _is_open(self, group_id: int) -> bool:
        if group_id not in self._open:
            self._open[group_id] = group_open(self.rules, self.rules.groups[group_id], self.at)
        return self._open[group_id]

    def kinds(self, holder_id: int) -> Kinds:
        """What a holder has that is usable and valid now."""
        owned = self.rules.credentials.get(holder_id, ())
        return frozenset(one.kind for one in owned if standing(one, self.at) is Reason.GRANTED)

    def people(self) -> Iterator[Person]:
        """Everybody who is active."""
        for holder in self.rules.holders.values():
            if holder.active:
                yield holder.id, holder.groups, self.kinds(holder.id), holder.resident

    def gives(self, relay_id: int, groups: frozenset[int], kinds: Kinds, resident: bool) -> Admission | None:
        """What an active holder with these groups and kinds gets at the relay now; the same answer as `decide`."""
        opening, shown = self.opening(relay_id) & groups, kinds & methods_of(self.rules, relay_id)
        if not opening or not shown or not reaches(self.rules, resident, relay_id):
            return None
        return Admission(min(opening), shown)

    def admits(self, holder: Holder, relay_id: int) -> Admission | None:
        """How a holder may open the relay now, None where they may not."""
        return self.gives(relay_id, holder.groups, self.kinds(holder.id), holder.resident) if holder.active else None


def who(rules: Rules, relay_id: int, at: datetime, people: Iterable[Person] | None = None) -> dict[int, Admission]:
    """Give everybody who may open the relay at the aware instant `at` with at least one credential, by holder id.

    `people` are those asked about where the rules themselves hold nobody. People who are alike are judged once.
    """
    moment = Moment(rules, at)
    known: dict[tuple[frozenset[int], Kinds, bool], Admission | None] = {}
    found = {}
    for holder_id, groups, kinds, resident in moment.people() if people is None else people:
        alike = (groups, kinds, resident)
        if alike not in known:
            known[alike] = moment.gives(relay_id, groups, kinds, resident)
        if (admission := known[alike]) is not None:
            found[holder_id] = admission
    return found
