"""A site that can post, and the loop that sends; servers come from tests/support/post_office.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from backend.domain.context import Context, agent_context
from backend.domain.enums import OutgoingKind, Role
from backend.outbox.sending import Sending
from backend.services.outbox import post_mail, post_sms
from backend.services.outbox_list import Outbox
from backend.services.settings import Settings
from backend.store import tables as t
from backend.store.store import Store
from tests.support.clock import FakeClock
from tests.support.post_office import Gateway, PostOffice, make_certificate
from tests.support.rows import ManagerContext

SENDER = "office@rosewood.example"
TO = "anna@example.com"
QUICK = "1"


@dataclass
class Desk:
    """Posts texts, sends what is due, and reads how it went."""

    store: Store
    clock: FakeClock
    installer: Context

    @property
    def agent(self) -> Context:
        """The agent of the community."""
        return agent_context(self.installer.community_id)

    @property
    def outbox(self) -> Outbox:
        """The Outbox."""
        return Outbox(self.store)

    @property
    def settings(self) -> Settings:
        """The settings."""
        return Settings(self.store)

    def set(self, **values: str) -> None:
        """Change settings: `set(mail_host="127.0.0.1")`."""
        changes = {name.replace("_", ".", 1): value for name, value in values.items()}
        self.settings.edit(self.installer.again(), changes)

    def use(self, office: PostOffice, **more: str) -> None:
        """Configure this mail server, without encryption unless told otherwise."""
        plain = {"mail_host": "127.0.0.1", "mail_port": str(office.port), "mail_security": "none"}
        self.set(**{**plain, "mail_sender": SENDER, "mail_timeout": QUICK, **more})

    def use_gateway(self, gateway: Gateway, **more: str) -> None:
        """Configure this gateway."""
        self.set(**{"sms_url": gateway.url, "sms_timeout": QUICK, **more})

    def mail(self, key: str = "login 1", **more: Any) -> int:
        """Post a mail."""
        values = {"purpose": "Login information", "to": TO, "subject": "Your login", "text": "Password q7Rt-9931"}
        return self._post(post_mail, key, {**values, **more})

    def sms(self, key: str = "login 1 by sms", **more: Any) -> int:
        """Post a text message."""
        return self._post(post_sms, key, {"purpose": "Code", "to": "+48600700800", "text": "Code 471100", **more})

    def _post(self, post: Any, key: str, values: dict[str, Any]) -> int:
        with self.store.write(self.installer.again(), "test.post") as work:
            work.require("resident.write")
            return int(post(work, key=key, **values))

    async def send(self, kind: OutgoingKind = OutgoingKind.MAIL) -> int:
        """Send what is due; answers how many tries that took."""
        return await Sending(self.store, self.agent).send_due(kind)

    def row(self, text_id: int) -> Row[Any]:
        """The row of a text."""
        with self.store.read() as connection:
            return connection.execute(select(t.outgoing).where(t.outgoing.c.id == text_id)).one()

    def state(self, text_id: int) -> str:
        """How a text stands."""
        return str(self.row(text_id).state)

    def put(self, text_id: int, **values: Any) -> None:
        """Write in the books as an agent that was killed left them."""
        with self.store.books(self.agent) as work:
            work.connection.execute(update(t.outgoing).where(t.outgoing.c.id == text_id).values(**values))

    def due_in(self, text_id: int) -> float:
        """Minutes until the next try."""
        until: datetime = self.row(text_id).not_before
        return (until - self.clock()).total_seconds() / 60


@pytest.fixture
def desk(store: Store, manager_context: ManagerContext, clock: FakeClock) -> Desk:
    """A community with an installer, and neither mail server nor gateway."""
    return Desk(store, clock, manager_context(Role.INSTALLER, name="Ines"))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the mail server."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "post")


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of somebody else."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "impostor")
