"""A new first password for an account whose owner has lost theirs (features ACC-02, ACC-05)."""

from __future__ import annotations

from dataclasses import asdict

from backend.domain.accounts import AccountMade
from backend.domain.context import Context
from backend.services.account_password import set_password
from backend.services.account_welcome import make_password, post_welcome
from backend.services.base import Service, replayed, saved
from backend.services.managers import account_row
from backend.services.passwords import hash_password


class FirstPasswords(Service):
    """What an installer does where somebody cannot sign in any more."""

    def give(self, context: Context, manager_id: int) -> AccountMade:
        """End the password of an account and mail a new one; `password` of the answer is set where no mail can leave.

        All its sessions end. Raises NotFound.
        """
        password = make_password()
        hashed = hash_password(password)
        with self.store.write(context, "manager.first_password") as work:
            work.require("manager.write")
            if work.replayed is not None:
                return AccountMade(**asdict(replayed(work)))
            account = account_row(work.connection, context.community_id, manager_id)
            set_password(work, account, hashed)
            mailed = post_welcome(work, account.id, account.name, account.email, password)
            work.tell("Gave a new first password", "manager", account.id, account.email, undoable=False)
            made = asdict(saved(work, account.id))
        return AccountMade(**made, mailed_to=account.email if mailed else "", password="" if mailed else password)
