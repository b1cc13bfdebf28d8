"""Forms of the settings: a section of them, and a test of what they say (feature SET-05)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.catalog.model import Field, Kind
from backend.catalog.settings import LOCK, SETTINGS, VISITORS
from backend.domain.enums import OutgoingKind, OutgoingState
from backend.domain.errors import Busy, Invalid
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from widgets.dialog import PickRow
from widgets.form import FormField, PickField, TextField

if TYPE_CHECKING:
    from backend.domain.outgoing import OutgoingRecord
    from backend.domain.records import Saved

WITHIN = 60.0
LOOK_EVERY = 0.1
GOES_ALONG = {"mail_user": "mail.password", "sms_header": "sms.token"}
"""Field -> the secret that goes when the field is emptied."""


class SettingsForm(PlainForm):
    """The settings of one section; a secret that is not typed anew stays."""

    MODULE = "s"
    TITLE_TEXT = "Settings"

    def __init__(self, session: Session, section: str) -> None:
        self._section = section
        super().__init__(session)

    def sections(self) -> dict[str, Sequence[FormField]]:
        """As the catalog has them."""
        return {self._section: [_form_field(field) for field in SETTINGS if field.section == self._section]}

    def about(self) -> str:
        """Which section."""
        return self._section

    async def load(self) -> None:
        """Begin with what is set."""
        session = self.session
        for one in await session.ask(session.engine.settings.all, session.context):
            if (field := self.form.fields.get(_key(one.name))) is None:
                continue
            field.begin(one.value)
            if one.secret and one.is_set:
                field.hint = "set; empty keeps it"
        self.form.focus_first()

    async def save(self) -> Saved:
        """Change what differs."""
        changes = {_name(key): str(value or "").strip() for key, value in self.form.changes().items()}
        for key, secret in GOES_ALONG.items():
            if changes.get(_name(key)) == "":
                changes[secret] = ""
        session = self.session
        try:
            saved = await session.ask(session.engine.settings.edit, session.act(), changes)
        except Invalid as error:
            raise Invalid({_key(name): text for name, text in error.fields.items()}) from None
        if self._section in (LOCK, VISITORS):
            self.say("Settings saved")
            return saved
        waiting = session.summary.texts_waiting if session.summary else 0
        self.say("Settings saved", f"{waiting} in the Outbox wait for your word" if waiting else "t sends a test")
        return saved

    def saved_title(self) -> str:
        """The section."""
        return self._section


class TestForm(PlainForm):
    """A real test: to whom, and then the server's own words."""

    MODULE = "s"
    TITLE_TEXT = "Test"

    def __init__(self, session: Session, kind: OutgoingKind) -> None:
        self._kind = kind
        super().__init__(session)

    def sections(self) -> dict[str, Sequence[FormField]]:
        """To whom."""
        mail = self._kind is OutgoingKind.MAIL
        field = TextField("to", "To", required=True, hint="an address" if mail else "+48 …", max_length=254)
        return {"Test mail" if mail else "Test message": (field,)}

    async def load(self) -> None:
        """To oneself."""
        if self._kind is OutgoingKind.MAIL:
            self.form.begin({"to": self.session.manager.email})
        self.form.focus_first()

    async def save(self) -> Saved:
        """Send it and wait for what the server says; what it refuses stands under the field."""
        from backend.domain.records import Saved

        session = self.session
        if not (await session.ask(session.engine.agents.state)).alive:
            raise Busy("No agent serves this site, so nothing is sent.")
        to = str(self.form.values()["to"])
        posted = await session.ask(session.engine.settings.test, session.act(), self._kind, to)
        record = await self._wait(posted)
        if record.state is not OutgoingState.SENT:
            raise Invalid({"to": record.answer or "No answer yet. It goes on in the Outbox."})
        self.say("Accepted", record.answer)
        return Saved(id=posted, operation=0)

    async def _wait(self, text_id: int) -> OutgoingRecord:
        """The test once its first try has ended, or as it stands when the time is over."""
        session, loop = self.session, asyncio.get_running_loop()
        deadline = loop.time() + WITHIN
        while True:
            record = await session.ask(session.engine.outbox.get, session.context, text_id)
            under_way = record.state in (OutgoingState.QUEUED, OutgoingState.SENDING)
            if not under_way or loop.time() >= deadline:
                return record
            await asyncio.sleep(LOOK_EVERY)


def _key(name: str) -> str:
    """The key of a field in the form: "mail_sender_name" for "mail.sender_name"."""
    return name.replace(".", "_", 1)


def _name(key: str) -> str:
    return key.replace("_", ".", 1)


def _form_field(field: Field) -> FormField:
    """A setting as a field of a form."""
    if field.kind is Kind.CHOICE:
        rows = [PickRow(choice.value, choice.label) for choice in field.choices]
        return PickField(_key(field.name), field.label, options=rows, hint=field.hint)
    secret = field.kind is Kind.SECRET
    return TextField(_key(field.name), field.label, hint=field.hint, max_length=field.max_length, secret=secret)
