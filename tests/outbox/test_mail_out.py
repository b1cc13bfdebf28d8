"""Mail leaves through a real server: taken, refused now or for good, silent, dropped, encrypted (feature AGT-07)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backend.domain.outgoing import TRIES
from tests.outbox.conftest import SENDER, TO, Desk
from tests.support.post_office import PASSWORD, USER, mail_server

pytestmark = pytest.mark.feature("AGT-07")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


async def test_a_mail_arrives_whole_with_its_picture(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office, mail_sender_name="Rosewood Court, Łódź")
        text = "Zażółć gęślą jaźń\n.\nFrom here on\n" + "x" * 2000
        sent = desk.mail(subject="Klucz\r\nBcc: all@example.com", text=text, pictures=[("key.png", PNG)])
        assert await desk.send() == 1
    (mail,) = office.mails
    assert office.receivers == [TO]
    assert mail["To"] == TO
    assert mail["From"] == f'"Rosewood Court, Łódź" <{SENDER}>'
    assert mail["Subject"] == "Klucz Bcc: all@example.com"
    assert mail["Bcc"] is None
    body, picture = mail.iter_parts()
    assert body.get_content().replace("\r\n", "\n") == text + "\n"
    assert picture.get_content() == PNG
    assert picture.get_filename() == "key.png"
    assert desk.state(sent) == "sent"
    assert desk.row(sent).answer == "250 Kept as 4711"


@pytest.mark.edge("23")
async def test_a_server_that_has_no_time_twice_gets_the_mail_the_third_time(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_rcpt = ["451 4.7.1 Greylisted, come back", "451 Still busy"]
        sent = desk.mail()
        assert await desk.send() == 1
        row = desk.row(sent)
        assert (row.state, row.attempt, row.answer) == ("failed", 1, "451 4.7.1 Greylisted, come back")
        assert desk.due_in(sent) == 1
        assert await desk.send() == 0, "nothing is tried before its time"
        desk.clock.advance(minutes=1)
        assert await desk.send() == 1
        assert (desk.state(sent), desk.due_in(sent)) == ("failed", 10)
        desk.clock.advance(minutes=10)
        assert await desk.send() == 1
        assert (desk.state(sent), desk.row(sent).attempt) == ("sent", 3)
    assert office.tries == 3
    assert len(office.mails) == 1


@pytest.mark.edge("23")
async def test_five_tries_then_a_dead_letter_that_a_manager_can_send_again(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_rcpt = ["451 Busy"] * TRIES
        sent = desk.mail()
        for _ in range(TRIES):
            assert await desk.send() == 1
            desk.clock.advance(hours=25)
        assert (desk.state(sent), desk.row(sent).attempt) == ("dead", TRIES)
        assert await desk.send() == 0
        desk.outbox.send_again(desk.installer.again(), [sent])
        assert await desk.send() == 1
        assert (desk.state(sent), desk.row(sent).attempt) == ("sent", 1)


async def test_a_receiver_whom_nobody_knows_is_a_dead_letter_at_once(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_rcpt = ["550 5.1.1 No such user here"]
        sent, next_one = desk.mail(), desk.mail("login 2", to="jan@example.com")
        assert await desk.send() == 2
    assert (desk.state(sent), desk.row(sent).answer) == ("dead", "550 5.1.1 No such user here")
    assert desk.state(next_one) == "sent"


async def test_content_that_is_refused_is_no_riddle(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_data = ["554 Looks like spam", "452 Disk full"]
        sent, later = desk.mail(), desk.mail("login 2")
        await desk.send()
    assert (desk.state(sent), desk.row(sent).answer) == ("dead", "554 Looks like spam")
    assert (desk.state(later), desk.row(later).answer) == ("failed", "452 Disk full")


async def test_a_server_that_hangs_is_left_and_nothing_else_is_tried_meanwhile(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_rcpt = ["hang"]
        sent, other = desk.mail(), desk.mail("login 2")
        assert await desk.send() == 1
        assert desk.state(sent) == "failed"
        assert "did not answer in time" in desk.row(sent).answer
        assert (desk.state(other), desk.row(other).attempt) == ("queued", 0)
        desk.clock.advance(minutes=1)
        assert await desk.send() == 2
    assert [desk.state(one) for one in (sent, other)] == ["sent", "sent"]


async def test_a_server_that_is_not_there_is_tried_again(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
    sent = desk.mail()
    assert await desk.send() == 1
    assert desk.state(sent) == "failed"
    with mail_server(port=office.port) as back:
        desk.clock.advance(minutes=1)
        assert await desk.send() == 1
    assert (desk.state(sent), len(back.mails)) == ("sent", 1)


@pytest.mark.parametrize("fault", ["keep and drop", "hang"])
async def test_silence_after_the_mail_went_out_is_told_and_not_sent_twice(desk: Desk, fault: str) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_data = [fault]
        sent = desk.mail()
        await desk.send()
        assert desk.state(sent) == "unknown"
        assert "may have arrived" in desk.row(sent).answer
        desk.clock.advance(days=3)
        assert await desk.send() == 0
        desk.outbox.send_again(desk.installer.again(), [sent])
        assert await desk.send() == 1
    assert desk.state(sent) == "sent"
    assert len({mail["Message-ID"] for mail in office.mails}) == 1, "a program can tell that both are one"


async def test_a_connection_lost_before_the_mail_went_out_is_tried_again(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_rcpt = ["drop"]
        sent = desk.mail()
        await desk.send()
        assert desk.state(sent) == "failed"
        desk.clock.advance(minutes=1)
        await desk.send()
    assert (desk.state(sent), len(office.mails)) == ("sent", 1)


async def test_a_mail_that_is_too_large_is_not_even_tried(desk: Desk) -> None:
    with mail_server(size=10_000) as office:
        desk.use(office)
        sent = desk.mail(pictures=[("big.png", bytes(20_000))])
        await desk.send()
    assert desk.state(sent) == "dead"
    assert "10,000 at most" in desk.row(sent).answer
    assert office.tries == 0


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_encrypted_with_the_authority_that_the_settings_name(
    desk: Desk, certificate: Path, security: str
) -> None:
    with mail_server(**{security: certificate}) as office:
        desk.use(office, mail_security=security, mail_ca_file=str(certificate))
        sent = desk.mail()
        await desk.send()
    assert (desk.state(sent), len(office.mails)) == ("sent", 1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_wrong_certificate_gets_no_mail(
    desk: Desk, certificate: Path, other_certificate: Path, security: str
) -> None:
    with mail_server(**{security: other_certificate}) as office:
        desk.use(office, mail_security=security, mail_ca_file=str(certificate))
        sent = desk.mail()
        await desk.send()
        assert desk.state(sent) == "failed"
        assert "certificate is not trusted" in desk.row(sent).answer
    assert (office.tries, office.mails) == (0, [])


def test_an_authority_that_is_gone_is_told_and_tried_again(desk: Desk, certificate: Path, tmp_path: Path) -> None:
    gone = tmp_path / "authority.pem"
    gone.write_bytes(certificate.read_bytes())
    with mail_server(tls=certificate) as office:
        desk.use(office, mail_security="tls", mail_ca_file=str(gone))
        gone.unlink()
        sent = desk.mail()
        asyncio.run(desk.send())
    assert desk.state(sent) == "failed"
    assert str(gone) in desk.row(sent).answer


async def test_a_server_without_starttls_gets_no_mail(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office, mail_security="starttls")
        sent = desk.mail()
        await desk.send()
        assert desk.state(sent) == "failed"
    assert (office.tries, office.mails) == (0, [])


async def test_user_and_password(desk: Desk, certificate: Path) -> None:
    with mail_server(starttls=certificate, login=True) as office:
        way = {"mail_security": "starttls", "mail_ca_file": str(certificate)}
        desk.use(office, mail_user=USER, mail_password="wrong one", **way)
        sent = desk.mail()
        await desk.send()
        assert desk.state(sent) == "failed", "it is the settings that are wrong, not the mail"
        assert desk.row(sent).answer.startswith("535")
        desk.set(mail_password=PASSWORD)
        assert await desk.send() == 1, "new settings are tried at once"
    assert (desk.state(sent), set(office.users)) == ("sent", {USER})


async def test_a_server_that_repeats_the_text_does_not_put_it_into_the_open(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        office.at_data = ["554 Refused: Your login Password q7Rt-9931 looks odd"]
        sent = desk.mail()
        await desk.send()
    answer = desk.row(sent).answer
    assert "9931" not in answer
    assert "q7Rt" not in answer
    assert answer.startswith("554 Refused: ")
    assert answer.endswith("looks odd")


async def test_an_address_that_no_mail_can_have_is_set_aside_and_stops_nobody(desk: Desk) -> None:
    with mail_server() as office:
        desk.use(office)
        odd, good = desk.mail(to="müller@example.com"), desk.mail("login 2")
        await desk.send()
    assert (desk.state(odd), desk.state(good)) == ("dead", "sent")
