"""One's own account: who one is, the password, the lock, the two texts (features ACC-01, ACC-04, ACC-05)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from backend.domain.accounts import ManagerRecord
from backend.domain.agreements import TEXTS
from backend.domain.context import Context
from backend.domain.errors import Invalid, NotFound
from backend.domain.signing_in import AgreedText
from backend.services.account_rows import row_of, to_record
from backend.services.base import Service
from backend.services.passwords import check_password, hash_password, is_right
from backend.services.tries import EVERY_ROLE, PASSWORD, UNLOCK, raise_if_locked, refuse
from backend.store import tables as t

LOCK_SETTING = "lock.minutes"
LOCK_AFTER = 15
"""Minutes, where the site has set none."""
_WRONG = "The password is wrong."


class Account(Service):
    """What everybody may do with the account that acts."""

    def me(self, context: Context) -> ManagerRecord:
        """The account that acts; raises Forbidden once it is disabled, NotFound for the agent, who has none."""
        return to_record(self._own(context))

    def change_password(self, context: Context, current: str, password: str) -> Context:
        """Change the password; every other session of the account ends, and this one goes on with the answer.

        Raises Invalid (current, password), and Forbidden once the account is locked by wrong tries.
        """
        from backend.services.account_password import set_password  # mails it: what the first page waits for does not

        account = self._prove(context, current, "current")
        if password == current:
            raise Invalid({"password": "This is the old password. Take another one."})
        check_password(password, account.email, account.name)
        hashed = hash_password(password)
        with self.store.write(_at_home(context, account), PASSWORD) as work:
            work.require(EVERY_ROLE)
            set_password(work, account, hashed)
            work.tell("Changed the password", "manager", account.id, account.email, undoable=False)
            return replace(context.again(), proved_at=work.at)

    def unlock(self, context: Context, password: str) -> None:
        """Prove that whoever comes back to a locked screen is the one who left it.

        Raises Invalid (password), and Forbidden once the account is locked by wrong tries.
        """
        account = self._prove(context, password, "password")
        with self.store.write(_at_home(context, account), UNLOCK) as work:
            work.require(EVERY_ROLE)
            work.tell("Unlocked the screen", "manager", account.id, account.email, undoable=False)

    def lock_minutes(self, context: Context) -> int:
        """Minutes without a key after which a screen locks, as the installer set them for the site; 0 for never."""
        with self.store.read(context, EVERY_ROLE) as connection:
            value = connection.execute(select(t.setting.c.value).where(t.setting.c.name == LOCK_SETTING)).scalar()
        return int(value) if value and value.isdigit() else LOCK_AFTER

    def sign_out(self, context: Context) -> None:
        """Log out of the app; sessions of the command line are not concerned."""
        with self.store.write(context.again(), "manager.logout") as work:
            work.require(EVERY_ROLE)
            work.tell("Signed out", "manager", context.actor_id, context.actor_name, undoable=False)

    def agreements(self, context: Context) -> tuple[AgreedText, ...]:
        """Both texts in their present versions, and when the account agreed to them."""
        account = self._own(context)
        agreement = t.agreement
        with self.store.read(context, EVERY_ROLE) as connection:
            rows = connection.execute(select(agreement).where(agreement.c.manager_id == account.id)).all()
        when = {(row.document, row.version): row.agreed_at for row in rows}
        return tuple(AgreedText(text, when.get((text.document.value, text.version))) for text in TEXTS)

    def _own(self, context: Context) -> Row[Any]:
        """The row of the account that acts."""
        if context.actor_id is None:
            raise NotFound("The agent has no account.")
        with self.store.read(context, EVERY_ROLE) as connection:
            return row_of(connection, context.actor_id)

    def _prove(self, context: Context, password: str, field: str) -> Row[Any]:
        """The account that acts, its password being right; a wrong one counts as a try of signing in."""
        account = self._own(context)
        with self.store.read() as connection:
            raise_if_locked(connection, account.community_id, account.email, self.store.clock())
        if not is_right(account.password_hash, password):
            refuse(self.store, account.email, account.id, account.community_id, context.via)
            raise Invalid({field: _WRONG})
        return account


def _at_home(context: Context, account: Row[Any]) -> Context:
    """The same actor in the community where the tries of this account are counted."""
    return replace(context.again(), community_id=account.community_id)
