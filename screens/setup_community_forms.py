"""The forms of a community in Site Setup: its facts and its switches (features SET-06, AG-06; rules 1.2)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from backend.catalog.communities import APT_PIN_NOTE, COMMUNITY, SWITCH_FIELDS
from backend.catalog.model import Field
from backend.domain.enums import PinMode
from backend.domain.errors import Conflict, SmartPlusError
from screens.base.catalog_form import CatalogForm, begin_with
from screens.base.session import Session
from screens.shared_pins import SharedPins

if TYPE_CHECKING:
    from backend.domain.communities import CommunityRecord
    from backend.domain.context import Context
    from backend.domain.progress import Progress
    from backend.domain.records import Saved

DRAWN_EVERY = 0.1
"""Seconds between two looks at how far a switch is."""


def there(session: Session, community_id: int) -> Context:
    """The context of one act in a community."""
    return replace(session.act(), community_id=community_id)


async def read_community(session: Session, community_id: int) -> CommunityRecord:
    """A community as it stands."""
    return await session.ask(session.engine.communities.get, there(session, community_id))


class CommunityForm(CatalogForm):
    """Name, address and times of a community, new or there."""

    MODULE = "z"
    MAKES = "community"
    TITLE_TEXT = "Community"

    def __init__(self, session: Session, community_id: int | None = None) -> None:
        super().__init__(session)
        self._record_id = community_id
        self._record: CommunityRecord | None = None

    def about(self) -> str:
        """Which community."""
        return self._record.name if self._record else "" if self._record_id else "new"

    def fields(self) -> Sequence[Field]:
        """As the catalog has them."""
        return COMMUNITY.formed()

    async def load(self) -> None:
        """Begin with what stands, a new one with the times, country and PIN mode of this one."""
        if self._record_id is None:
            here = self.session.community
            same = ("timezone", "country", "clock_format", "date_format", "pin_mode")
            self.form.begin({name: getattr(here, name) for name in same})
        else:
            self._record = await read_community(self.session, self._record_id)
            self.form.begin(begin_with(self.fields(), self._record))
        self.form.focus_first()

    async def now(self) -> dict[str, Any] | None:
        """What somebody else has made of it meanwhile."""
        if self._record_id is None:
            return None
        self._record = await read_community(self.session, self._record_id)
        return begin_with(self.fields(), self._record)

    async def save(self) -> Saved:
        """Add or change."""
        from backend.domain.community_drafts import CommunityDraft

        session, communities = self.session, self.session.engine.communities
        if self._record is None:
            draft = CommunityDraft(**self.typed(self.form.values()))
            return await session.ask(communities.add, session.act(), draft)
        context, changes = there(session, self._record.id), self.typed(self.form.changes())
        return await session.ask(communities.edit, context, self._record.version, **changes)

    async def advise(self) -> dict[str, str]:
        """What APT+PIN mode leaves to be done at the doors."""
        chosen = self.form.values()["pin_mode"] == PinMode.APT_PIN.value
        return {"pin_mode": APT_PIN_NOTE} if chosen else {}

    def failed(self, error: SmartPlusError) -> None:
        """Beside the sentence at its field a refused PIN mode lists who shares a PIN."""
        super().failed(error)
        if isinstance(error, Conflict) and error.field == "pin_mode" and self._record is not None:
            self.app.push_screen(SharedPins(self.session, there(self.session, self._record.id)))

    def saved_title(self) -> str:
        """Its name."""
        return str(self.form.values()["name"])


class SwitchesForm(CatalogForm):
    """The switches of a community; Only Public Area takes residents off private doors at once."""

    MODULE = "z"
    TITLE_TEXT = "Switches"

    def __init__(self, session: Session, community_id: int) -> None:
        super().__init__(session)
        self._record_id = community_id
        self._record: CommunityRecord | None = None
        self._progress: Progress | None = None
        self._stop = threading.Event()

    def about(self) -> str:
        """Whose."""
        return self._record.name if self._record else ""

    def fields(self) -> Sequence[Field]:
        """As the catalog has them."""
        return SWITCH_FIELDS

    async def load(self) -> None:
        """Begin with what stands."""
        self._record = await read_community(self.session, self._record_id)
        self.form.begin(begin_with(self.fields(), self._record))
        self.form.focus_first()

    async def now(self) -> dict[str, Any]:
        """What somebody else has made of it meanwhile."""
        self._record = await read_community(self.session, self._record_id)
        return begin_with(self.fields(), self._record)

    async def save(self) -> Saved:
        """Flip what differs."""
        from backend.domain.community_drafts import CommunitySwitches

        assert self._record is not None
        switches = CommunitySwitches.model_validate(self.typed(self.form.changes()))
        context, session = there(self.session, self._record_id), self.session
        self._stop.clear()
        timer = self.set_interval(DRAWN_EVERY, self._draw_progress)
        try:
            return await session.ask(
                session.engine.communities.switch,
                context,
                self._record.version,
                switches,
                tell=self._heard,
                stopped=self._stop.is_set,
            )
        finally:
            timer.stop()
            self._progress = None

    def _heard(self, progress: Progress) -> None:
        """Called in a thread, between slices."""
        self._progress = progress

    def _draw_progress(self) -> None:
        """The switch is flipped already: how far the proofs of its doors are written."""
        if self._progress is not None and not self._stop.is_set():
            done = f"{self._progress.done:,} of {self._progress.total:,} steps"
            self.say("Switched; writing what doors have to prove", f"{done} · Esc leaves the rest to the agent")

    def action_back(self) -> None:
        """Leave the proofs that are not written to the agent; else one level back."""
        if self._progress is not None:
            self._stop.set()
            self.say("Stopping", "The switch holds; the agent notes the rest before it takes anybody off a door.")
        else:
            super().action_back()

    def saved_title(self) -> str:
        """Whose switches."""
        return f"{self.about()}: switches"
