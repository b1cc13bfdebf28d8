"""A PIN or card replaced in one step, old one out first (features LIB-01, LIB-02; task 14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.domain.enums import CredentialKind
from backend.domain.errors import Invalid
from screens.base.form_page import FormPage
from screens.base.session import Session
from widgets.form import FixedField, FormField, TextField

if TYPE_CHECKING:
    from backend.domain.access.results import DoorPlan
    from backend.domain.library import LibraryRecord
    from backend.domain.records import Saved

REPLACED = (CredentialKind.PIN, CredentialKind.CARD)
"""Kinds that have a value which can be typed."""

NAMES = {CredentialKind.PIN: "PIN", CredentialKind.CARD: "card"}
_PIN_LONGEST, _CARD_LONGEST = 8, 40


class CodeForm(FormPage):
    """The new value of one code, with what each door receives."""

    MODULE = "i"
    TITLE_TEXT = "Replace code"

    def __init__(self, session: Session, credential_id: int, kind: CredentialKind) -> None:
        super().__init__(session)
        self._credential_id = credential_id
        self._kind = kind
        self._record: LibraryRecord | None = None

    def about(self) -> str:
        """Whose code it is."""
        record = self._record
        if record is None:
            return ""
        place = f" · {record.place}" if record.place else ""
        return f"{NAMES[record.kind]} {record.masked} of {record.name}{place}"

    def sections(self) -> dict[str, Sequence[FormField]]:
        """What goes, and what comes."""
        if self._kind is CredentialKind.PIN:
            new = TextField("value", "New PIN", required=True, hint="2-8 digits, not 9…", max_length=_PIN_LONGEST)
        else:
            new = TextField("value", "New card", required=True, hint="hex or dec:", max_length=_CARD_LONGEST)
        return {"Code": (FixedField("old", "Now"), new)}

    async def load(self) -> None:
        """Begin with what is there."""
        self.form.begin(await self.now())
        self.form.focus_first()

    async def now(self) -> Mapping[str, Any]:
        """The code as it stands; nobody's field is taken over."""
        session = self.session
        record = self._record = await session.ask(session.engine.library.get, session.context, self._credential_id)
        return {"old": f"{NAMES[record.kind]} {record.masked}", "value": ""}

    def _typed(self) -> str:
        return str(self.form.values()["value"]).strip()

    async def plan(self) -> Sequence[DoorPlan] | None:
        """What each door receives instead."""
        session, typed = self.session, self._typed()
        if not typed:
            return None
        return await session.ask(session.engine.library.plan_edit, session.context, self._credential_id, typed)

    def losing(self, plans: Sequence[DoorPlan]) -> list[DoorPlan]:
        """The value that goes is what was asked for; a door that receives nothing in its place is worth a question."""
        return [plan for plan in plans if plan.removes and not (plan.adds or plan.changes)]

    async def advise(self) -> Mapping[str, str]:
        """A PIN that is part of another, or of a length that runs out (edge cases 6, 7)."""
        session = self.session
        told = await session.ask(session.engine.library.advise, session.context, self._credential_id, self._typed())
        return {"value": told} if told else {}

    async def save(self) -> Saved:
        """Old one out, new one in."""
        session, record, typed = self.session, self._record, self._typed()
        if not typed or record is None:
            raise Invalid({"value": "Type the new one."})
        return await session.ask(session.engine.library.edit, session.act(), self._credential_id, record.version, typed)

    def saved_title(self) -> str:
        """Whose way to the doors the status line counts."""
        return self._record.name if self._record else ""
