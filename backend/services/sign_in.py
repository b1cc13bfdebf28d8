"""The way in, step by step: password, mailed code, the two texts (features ACC-01, ACC-03, ACC-04; rules 2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from backend.domain.account_letters import sign_in_code
from backend.domain.accounts import ManagerRecord
from backend.domain.context import Context
from backend.domain.enums import CodePurpose, OutgoingKind, Role, Via
from backend.domain.errors import Forbidden, Invalid
from backend.domain.signing_in import REMINDER, CodeSent, Entered, Proof
from backend.services.account_rows import community_name, row_of, to_record, unread_by
from backend.services.base import Service
from backend.services.mailed_codes import fits, live_code, new_code, raise_if_too_soon, send_code, spend
from backend.services.outbox import can_send
from backend.services.passwords import is_right
from backend.services.tries import EVERY_ROLE, LOGIN, address_of, first_community, raise_if_locked, refuse
from backend.store import tables as t

_CODE = "manager.code"


class SignIn(Service):
    """Signing in: `prove`, where wanted `obtain_code` and `prove_code`, where wanted `agree`, then `enter`."""

    def site_names(self) -> tuple[tuple[int, str], ...]:
        """The communities of the site, (id, name), the first one first: whoever comes to the door may read them."""
        c = t.community
        with self.store.read() as connection:
            return tuple((row.id, row.name) for row in connection.execute(select(c.c.id, c.c.name).order_by(c.c.id)))

    def prove(self, email: str, password: str, via: Via) -> Proof:
        """Who somebody is by their password, and what else is wanted of them; e-mail in any case.

        Raises Forbidden with a sentence that never says which part was wrong. Five wrong tries within a quarter of an
        hour lock the e-mail for 15 minutes, whether or not an account has it; each try is an operation.
        """
        address = address_of(email)
        account, community_id = self._account(address)
        at = self.store.clock()
        right = is_right(account.password_hash if account else None, password)
        if account is None or not right or account.disabled:
            refuse(self.store, address, account.id if account else None, community_id, via)
            if account is not None and right:
                raise Forbidden(LOGIN, "This account has been disabled. Ask the installer.")
            raise Forbidden(LOGIN, "E-mail or password is wrong.")
        with self.store.read() as connection:
            wants_code, unread = _wants_code(connection, account), unread_by(connection, account.id)
        return Proof(account.id, account.name, address, account.community_id, via, at, wants_code, unread)

    def obtain_code(self, proof: Proof) -> CodeSent:
        """Mail a code of six digits that is good for five minutes, in place of any before.

        Raises Busy within a minute of the last one, Forbidden while the account is locked.
        """
        code = new_code(CodePurpose.SIGN_IN)
        with self.store.write(proof.context(), "manager.obtain_code") as work:
            work.require(EVERY_ROLE)
            raise_if_locked(work.connection, proof.community_id, proof.email, work.at)
            raise_if_too_soon(work.connection, proof.manager_id, CodePurpose.SIGN_IN, work.at)
            account = row_of(work.connection, proof.manager_id)
            letter = sign_in_code(account.name, community_name(work.connection, account.community_id), code)
            work.tell("Asked for a sign-in code", "manager", proof.manager_id, proof.email, undoable=False)
            return send_code(work, account, CodePurpose.SIGN_IN, code, letter)

    def prove_code(self, proof: Proof, code: str) -> Proof:
        """The proof without the wish for a code; the code is spent, whatever comes after (edge case 72).

        Raises Invalid (code), Forbidden once five tries were wrong: the account is locked for 15 minutes then.
        """
        with self.store.read() as connection:
            raise_if_locked(connection, proof.community_id, proof.email, self.store.clock())
            live = live_code(connection, proof.manager_id, CodePurpose.SIGN_IN)
        if live is None or live.expires_at <= self.store.clock():
            raise Invalid({"code": "There is no code that is still good. Obtain a new one."})
        if not fits(self.store.sealer, live, code):
            refuse(self.store, proof.email, proof.manager_id, proof.community_id, proof.via)
            raise Invalid({"code": "This is not the code of the last mail."})
        with self.store.write(proof.context(), _CODE) as work:
            work.require(EVERY_ROLE)
            raise_if_locked(work.connection, proof.community_id, proof.email, work.at)
            if not spend(work, live):
                raise Invalid({"code": "This code has been used. Obtain a new one."})
            work.tell("Code was right", "manager", proof.manager_id, proof.email, undoable=False)
        return proof.with_code()

    def agree(self, proof: Proof) -> Proof:
        """Agree to the present versions of both texts; version and instant are kept. Raises Forbidden before a code."""
        with self.store.write(proof.context(), "manager.agree") as work:
            work.require(EVERY_ROLE)
            self._raise_if_code_wanted(work.connection, proof)
            missing = unread_by(work.connection, proof.manager_id)
            for text in missing:
                work.insert(
                    t.agreement,
                    manager_id=proof.manager_id,
                    document=text.document.value,
                    version=text.version,
                    agreed_at=work.at,
                )
            titles = (
                " and ".join(f"{text.title} {text.version}" for text in missing) or "what had been agreed to before"
            )
            work.tell(f"Agreed to {titles}", "manager", proof.manager_id, proof.email, undoable=False)
        return proof.agreed()

    def decline(self, proof: Proof) -> None:
        """Leave without agreeing: nothing but the operation stays, and no session has been made (edge case 72)."""
        with self.store.write(proof.context(), "manager.decline") as work:
            work.require(EVERY_ROLE)
            work.tell("Declined the policies", "manager", proof.manager_id, proof.email, undoable=False)

    def enter(self, proof: Proof) -> Entered:
        """Come in; raises Forbidden while a code or an agreement is wanting, or once the account is locked."""
        with self.store.write(proof.context(), LOGIN) as work:
            work.require(EVERY_ROLE)
            raise_if_locked(work.connection, proof.community_id, proof.email, work.at)
            self._raise_if_code_wanted(work.connection, proof)
            if unread_by(work.connection, proof.manager_id):
                raise Forbidden(LOGIN, "Agree to the Privacy Policy and the Terms of Service first.")
            manager = t.manager
            work.connection.execute(
                update(manager).where(manager.c.id == proof.manager_id).values(last_login_at=work.at)
            )
            work.connection.execute(delete(t.login_session).where(t.login_session.c.expires_at <= work.at))
            work.connection.execute(delete(t.login_code).where(t.login_code.c.expires_at <= work.at))
            work.tell("Signed in", "manager", proof.manager_id, proof.email, undoable=False)
            account = row_of(work.connection, proof.manager_id)
            since = account.password_changed_at
            due = account.password_reminder and (since is None or work.at >= since + REMINDER)
        return Entered(proof.context(), to_record(account), due)

    def login(self, email: str, password: str, via: Via, *, agree: bool = False) -> tuple[Context, ManagerRecord]:
        """All steps at once, for whoever cannot be asked anything: raises Forbidden where a step is wanting.

        `agree` says that whoever signs in agrees to both texts.
        """
        proof = self.prove(email, password, via)
        if agree and proof.unread:
            proof = self.agree(proof)
        entered = self.enter(proof)
        return entered.context, entered.manager

    def _account(self, address: str) -> tuple[Row[Any] | None, int]:
        """The account of an e-mail address, and the community in which its tries are counted; raises if locked."""
        with self.store.read() as connection:
            account = connection.execute(select(t.manager).where(t.manager.c.email == address)).one_or_none()
            community_id = account.community_id if account is not None else first_community(connection)
            raise_if_locked(connection, community_id, address, self.store.clock())
        return account, community_id

    def _raise_if_code_wanted(self, connection: Connection, proof: Proof) -> None:
        if proof.wants_code and _wants_code(connection, row_of(connection, proof.manager_id)):
            raise Forbidden(LOGIN, "This account signs in with a mailed code too. Use `smartplus login`, or the app.")


def _wants_code(connection: Connection, account: Row[Any]) -> bool:
    """Whether two-factor holds: an installer is let in without where no mail can leave, as nobody could help them."""
    if not account.two_factor:
        return False
    return account.role != Role.INSTALLER.value or can_send(connection, OutgoingKind.MAIL)
