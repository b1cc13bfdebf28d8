"""A new password, a site that is linked, a link that is taken away (features ACC-05, ACC-06)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.domain.errors import Forbidden, Invalid
from screens.base.entry_dialog import EntryDialog
from screens.base.session import Session
from widgets.entries import Entry

if TYPE_CHECKING:
    from backend.domain.signing_in import Place, Proof


class ChangePassword(EntryDialog[Context]):
    """Answers the context with which this session goes on; every other one has ended."""

    HEADING = "Change password"
    LEAD = ("Every other session of this account ends.",)

    def entries(self) -> tuple[Entry, ...]:
        """The old one, the new one twice: nobody sees what is typed."""
        return (
            Entry("current", "Old password", secret=True),
            Entry("password", "New password, ten characters or more", secret=True),
            Entry("again", "New password again", secret=True),
        )

    async def submit(self, values: dict[str, str]) -> Context | None:
        """Change it."""
        if values["password"] != values["again"]:
            raise Invalid({"again": "This is another password than the one above."})
        change = self.session.engine.account.change_password
        return await _go_on(self.session, change, values["current"], values["password"])


class LinkSite(EntryDialog[str]):
    """Answers the e-mail of the account that is linked now."""

    HEADING = "Link Site"
    LEAD = (
        "Another account of yours, at another site. Each of the two can go to",
        "the other's site from then on, and each can take the link away.",
    )
    KEYS = "F2 Link · Esc Cancel"

    def __init__(self, session: Session, email: str = "") -> None:
        super().__init__(session)
        self._email = email
        self._proved: tuple[str, str] = ("", "")
        self._proof: Proof | None = None

    def entries(self) -> tuple[Entry, ...]:
        """User name and password of the other account; a code where it has two-factor."""
        return (
            Entry("email", "E-mail of the other account", value=self._email, max_length=254),
            Entry("password", "Its password", secret=True),
            Entry("code", "Verification code, where it has two-factor", max_length=12),
        )

    async def submit(self, values: dict[str, str]) -> str | None:
        """Prove the other account, then link it."""
        session, sign_in = self.session, self.session.engine.sign_in
        typed = (values["email"], values["password"])
        if self._proof is None or typed != self._proved:
            try:
                self._proof = await session.ask(sign_in.prove, *typed, Via.APP)
            except Forbidden as error:
                raise Invalid({"password": str(error)}) from None
            self._proved = typed
        if self._proof.wants_code:
            if not values["code"]:
                raise Invalid({"code": (await session.ask(sign_in.obtain_code, self._proof)).sentence})
            self._proof = await session.ask(sign_in.prove_code, self._proof, values["code"])
        await session.ask(session.engine.sites.link, session.context, self._proof)
        return self._proof.email


class UnlinkSite(EntryDialog[Context]):
    """Answers the context with which this session goes on."""

    HEADING = "Unlink site"
    KEYS = "F2 Unlink · Esc Cancel"

    def __init__(self, session: Session, place: Place) -> None:
        super().__init__(session)
        self._place = place

    def lead(self) -> tuple[str, ...]:
        """What it takes away."""
        return (
            f"{self._place.community}, {self._place.email}",
            "cannot be reached from here any more, nor this site from there.",
        )

    def entries(self) -> tuple[Entry, ...]:
        """The password of the account that acts."""
        return (Entry("password", f"Password of {self.session.manager.email}", secret=True),)

    async def submit(self, values: dict[str, str]) -> Context | None:
        """Take the link away."""
        unlink = self.session.engine.sites.unlink
        return await _go_on(self.session, unlink, self._place.manager_id, values["password"])


async def _go_on(session: Session, call: Callable[..., Context], *args: Any) -> Context:
    """Do what ends the context of this session, and go on with the one that is answered."""
    session.changing = True
    try:
        session.context = await session.ask(call, session.context, *args)
    finally:
        session.changing = False
    return session.context
