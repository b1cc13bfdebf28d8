"""What is known of somebody on the way in, and of the sites that an account reaches (features ACC-03..ACC-06)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backend.domain.accounts import ManagerRecord
from backend.domain.agreements import AgreementText
from backend.domain.context import Context
from backend.domain.enums import CodePurpose, Role, Via

DIGITS = {CodePurpose.SIGN_IN: 6, CodePurpose.RESET: 8}
"""Length of a mailed code; the one that resets a password lives longer, so it is longer."""
LIFE = {CodePurpose.SIGN_IN: timedelta(minutes=5), CodePurpose.RESET: timedelta(minutes=30)}
AGAIN_AFTER = timedelta(seconds=60)
"""Before it nobody is sent another code."""
REMINDER = timedelta(days=30)
"""Age at which a password is worth a reminder, where the account has it switched on."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody whose password was right at `at`, and what still stands between them and the site.

    `wants_code`: a mailed code comes first. `unread`: the texts of which the present version has not been agreed to.
    """

    manager_id: int
    name: str
    email: str
    community_id: int
    via: Via
    at: datetime
    wants_code: bool
    unread: tuple[AgreementText, ...]

    def context(self) -> Context:
        """The context in which this account acts on itself."""
        return Context(self.manager_id, self.name, self.community_id, self.via, proved_at=self.at)

    def with_code(self) -> Proof:
        """The same, the code being right."""
        return replace(self, wants_code=False)

    def agreed(self) -> Proof:
        """The same, both texts being agreed to."""
        return replace(self, unread=())


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is on its way: to whom, how long it lives, when another one may be asked for.

    `can_leave` is false while the site has no mail server: then the sentence says who can help.
    """

    to: str
    expires_at: datetime
    again_at: datetime
    can_leave: bool

    @property
    def sentence(self) -> str:
        """What whoever waits is told."""
        if self.can_leave:
            return f"A code is on its way to {self.to}. It is good for 5 minutes."
        return "This site has no mail server yet. An installer finds the code in the Outbox and can tell it to you."


@dataclass(frozen=True, slots=True)
class Entered:
    """Who has come in: the context of their acts, their account, and whether a new password is due."""

    context: Context
    manager: ManagerRecord
    reminder: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A site that an account reaches: its community, and as whom.

    `link_id` is the link by which it is reached, None for the account's own and assigned communities. A `stale` link
    wants the password of the linked account again.
    """

    community_id: int
    community: str
    manager_id: int
    email: str
    role: Role
    link_id: int | None = None
    stale: bool = False
    current: bool = False
    assigned: bool = field(default=False)

    @property
    def kind(self) -> str:
        """In a word."""
        return "linked" if self.link_id is not None else "assigned" if self.assigned else "own"


@dataclass(frozen=True, slots=True)
class AgreedText:
    """A text and when the account agreed to its present version; None where it has not."""

    text: AgreementText
    agreed_at: datetime | None
