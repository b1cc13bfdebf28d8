"""`smartplus outbox` and `smartplus setting` on real servers, with a real agent (AGT-07, AGT-09, SET-05)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend.domain.context import Context
from backend.domain.enums import Via
from backend.services.outbox import post_mail, post_sms
from backend.store.opening import open_site
from smartplus_tui.cli.exits import Exit
from tests.agent.processes import agent, until
from tests.cli.conftest import Smartplus
from tests.support.post_office import PASSWORD, USER, mail_server, make_certificate, sms_gateway

TO = "anna@example.com"
PNG = b"\x89PNG picture"
TEXT = "Dear Anna,\nyour password is q7Rt-9931.\n"


@dataclass(frozen=True)
class Posted:
    """A site that was to send a mail and a text message, and has no server for either; the ids of both."""

    smartplus: Smartplus
    mail: str
    sms: str

    def items(self, *filters: str) -> list[dict[str, Any]]:
        """Our texts that a filter leaves, newest first."""
        expression = " ".join(("purpose:handover", *filters))
        found: list[dict[str, Any]] = self.smartplus("outbox", "list", "--filter", expression, "--json").json["items"]
        return found

    def state(self, number: str) -> str:
        """How a text stands."""
        return str(self.smartplus("outbox", "show", number, "--json").json["state"])


@pytest.fixture
def posted(smartplus: Smartplus) -> Posted:
    """The town with both texts."""
    with closing(open_site(smartplus.site)) as store, store.write(Context(1, "Ines", 1, Via.COMMAND), "test") as work:
        work.require("resident.write")
        about = {"subject": "Your login", "text": TEXT, "pictures": [("key.png", PNG)], "holder_id": 1}
        mail = post_mail(work, purpose="Handover letter", key="letter 1", to=TO, **about)
        sms = post_sms(work, purpose="Handover code", key="code 1", to="+48600700800", text="Code 471100")
    return Posted(smartplus, str(mail), str(sms))


@pytest.mark.feature("AGT-09")
def test_what_cannot_be_sent_waits_and_can_be_read_printed_and_handed_over(posted: Posted, tmp_path: Path) -> None:
    smartplus, mail = posted.smartplus, posted.mail
    assert [(one["kind"], one["state"]) for one in posted.items()] == [("sms", "waiting"), ("mail", "waiting")]
    assert "9931" not in smartplus.done("outbox", "list") + smartplus.done("outbox", "show", mail, "--json")
    assert [str(one["id"]) for one in posted.items("kind:mail", "to:anna", "about:kowalska")] == [mail]
    assert [str(one["id"]) for one in posted.items("state:waiting", "-kind:mail")] == [posted.sms]
    printed = smartplus.done("outbox", "print", mail)
    assert printed.startswith(f"To       {TO}\nAbout    Kowalska, Anna\n")
    assert printed.endswith("\n\nDear Anna,\nyour password is q7Rt-9931.\n")
    file = tmp_path / "anna.txt"
    smartplus.done("outbox", "print", mail, "--file", str(file))
    assert file.read_text() == printed
    assert (tmp_path / "anna-key.png").read_bytes() == PNG
    assert file.stat().st_mode & 0o777 == 0o600
    again = smartplus("outbox", "print", mail, "--file", str(file))
    assert (again.code, "is there already" in again.err) == (1, True)
    assert file.read_text() == printed
    smartplus.done("outbox", "handed", mail, "--yes")
    assert posted.state(mail) == "handed"
    told = smartplus("log", "operation", "--filter", "record:outgoing", "--json").json["items"]
    read = "Read the text: Handover letter"
    assert [one["action"] for one in told] == ["Handed over: Handover letter", read, read]


@pytest.mark.feature("AGT-07")
def test_a_resend_without_a_server_says_what_is_missing(posted: Posted) -> None:
    ran = posted.smartplus("outbox", "resend", posted.mail, "--yes")
    assert (ran.code, ran.err) == (1, "mail.host: No mail server is configured. An installer sets it in Settings.\n")
    assert posted.smartplus("outbox", "show", "77").code == 1
    assert posted.smartplus("outbox", "delete", posted.mail, "--yes").code == 1
    assert posted.state(posted.mail) == "waiting"


@pytest.mark.feature("SET-05")
@pytest.mark.feature("AGT-07")
@pytest.mark.feature("AGT-09")
def test_an_installer_sets_the_servers_tests_them_and_sends_what_waits(posted: Posted, tmp_path: Path) -> None:
    smartplus, certificate = posted.smartplus, make_certificate(tmp_path, "post")
    with mail_server(starttls=certificate, login=True) as office, sms_gateway() as gateway:
        mail = ("mail.host=localhost", f"mail.port={office.port}", f"mail.ca_file={certificate}")
        login = (f"mail.user={USER}", "mail.password=-", "mail.sender=office@example.com")
        smartplus.done("setting", "set", *mail, *login, typed=f"{PASSWORD}\n")
        smartplus.done("setting", "set", f"sms.url={gateway.url}", "sms.token=-", typed="Bearer 9a8b\n")
        shown = smartplus.done("setting", "list") + smartplus.done("setting", "list", "--json")
        assert PASSWORD not in shown
        assert "9a8b" not in shown
        ran = smartplus("setting", "test-mail", "ines@example.com")
        assert (ran.code, "No agent" in ran.err) == (4, True)
        with agent(smartplus.site):
            until(lambda: agent_lives(smartplus), "no agent came")
            assert smartplus.done("setting", "test-mail", "ines@example.com") == "Accepted: 250 Kept as 4711\n"
            assert smartplus.done("setting", "test-sms", "+48 600 700 800") == "Accepted: 200 OK queued 17\n"
            office.at_rcpt = ["550 No such user"]
            refused = smartplus("setting", "test-mail", "nobody@example.com")
            assert refused.code == 1
            assert refused.err.startswith("Not accepted: 550 No such user (outbox ")
            assert len(office.mails) == 1, "what waited was not sent unasked"
            smartplus.done("outbox", "resend", "--filter", "state:waiting purpose:handover", "--yes")
            until(lambda: {one["state"] for one in posted.items()} == {"sent"}, "the texts did not leave")
        assert office.receivers == ["ines@example.com", TO]
        assert gateway.json() == {"to": "+48600700800", "text": "Code 471100"}
    logged = "".join(file.read_text() for file in (smartplus.site / "logs").glob("*"))
    assert "text tried" in logged
    for secret in ("q7Rt", "9931", "471100", PASSWORD, "9a8b"):
        assert secret not in logged
    (dead,) = smartplus("outbox", "list", "--filter", "state:dead", "--json").json["items"]
    smartplus.done("outbox", "delete", str(dead["id"]), "--yes")
    assert smartplus("outbox", "show", str(dead["id"])).code == 1


def agent_lives(smartplus: Smartplus) -> bool:
    """Whether an agent gave its sign."""
    return bool(smartplus("setting", "list", "--json").json["site"]["agent_alive"])


@pytest.mark.feature("AGT-07")
def test_an_agent_that_runs_once_sends_what_is_due_and_ends(posted: Posted) -> None:
    smartplus = posted.smartplus
    with mail_server() as office:
        server = ("mail.host=127.0.0.1", f"mail.port={office.port}", "mail.security=none")
        smartplus.done("setting", "set", *server, "mail.sender=office@example.com")
        smartplus.done("outbox", "resend", posted.mail, "--yes")
        with agent(smartplus.site, "--once") as process:
            assert process.wait(40) == 0
    assert [mail["To"] for mail in office.mails] == [TO]


@pytest.mark.feature("SET-05")
@pytest.mark.parametrize(
    ("pairs", "code", "said"),
    [
        (("mail.host=mail.example.com",), 1, "mail.sender: "),
        (("mail.colour=red",), 1, "mail.colour: There is no such setting"),
        (("mail.host",), 2, "Write mail.host=VALUE"),
        (("mail.password=letters",), 2, "A secret does not belong in an argument"),
    ],
)
def test_settings_that_are_refused(smartplus: Smartplus, pairs: tuple[str, ...], code: int, said: str) -> None:
    ran = smartplus("setting", "set", *pairs)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "letters" not in ran.err


@pytest.mark.feature("LOG-07")
@pytest.mark.feature("SET-05")
def test_retention_says_what_is_kept(smartplus: Smartplus) -> None:
    smartplus.done("setting", "set", "retention.days=60")
    shown = smartplus("--json", "retention").json
    kinds = {kind["name"]: kind for kind in shown["kinds"]}
    assert (shown["days"], shown["purged_at"]) == (60, None)
    assert (kinds["door_log"]["days"], kinds["revocation"]["days"], kinds["login_session"]["days"]) == (60, 730, 0)
    assert kinds["outgoing"]["rows"] > 0
    assert "never yet" in smartplus.done("retention")
    bad = smartplus("setting", "set", "retention.days=1")
    assert bad.code == Exit.REFUSED
    assert "30, 60, 90, 180, 365" in bad.err
