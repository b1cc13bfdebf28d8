"""Text messages leave through a real HTTP gateway (feature AGT-09)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from backend.domain.enums import OutgoingKind
from tests.outbox.conftest import Desk
from tests.support.post_office import sms_gateway

pytestmark = pytest.mark.feature("AGT-09")
SMS = OutgoingKind.SMS
TOKEN = "Bearer 9a8b7c6d"
ODD = 'Code 471100 for "you" & {to} – ö'


async def test_json_with_a_token(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway, sms_token=TOKEN, sms_body='{"message": {"to": ["{to}"], "body": "{text}", "n": 1}}')
        sent = desk.sms(text=ODD)
        assert await desk.send(SMS) == 1
    assert gateway.json() == {"message": {"to": ["+48600700800"], "body": ODD, "n": 1}}
    method, path, headers, _ = gateway.asked[0]
    assert (method, path, headers["authorization"]) == ("POST", "/send", TOKEN)
    assert (desk.state(sent), desk.row(sent).answer) == ("sent", "200 OK queued 17")


async def test_form_fields_in_the_body(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway, sms_format="form", sms_method="put", sms_body="nr={to}&msg={text}&from=Park+1")
        desk.sms(text=ODD)
        await desk.send(SMS)
    method, _, headers, body = gateway.asked[0]
    assert (method, headers["content-type"]) == ("PUT", "application/x-www-form-urlencoded")
    assert parse_qs(body) == {"nr": ["+48600700800"], "msg": [ODD], "from": ["Park 1"]}


async def test_form_fields_in_the_address(desk: Desk) -> None:
    with sms_gateway() as gateway:
        gateway.url += "?account=7"
        desk.use_gateway(gateway, sms_format="form", sms_method="get", sms_body="nr={to}&msg={text}")
        desk.sms(text=ODD)
        await desk.send(SMS)
    method, path, _, body = gateway.asked[0]
    assert (method, body) == ("GET", "")
    assert parse_qs(urlsplit(path).query) == {"account": ["7"], "nr": ["+48600700800"], "msg": [ODD]}


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, "ERROR 12: no credit", "dead"),
        (400, "no such number", "dead"),
        (401, "who are you", "failed"),
        (429, "slow down", "failed"),
        (503, "later", "failed"),
        (500, "oops", "unknown"),
    ],
)
async def test_what_an_answer_means(desk: Desk, status: int, body: str, state: str) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway, sms_success="queued")
        gateway.answers = [(status, body)]
        sent = desk.sms()
        await desk.send(SMS)
    assert (desk.state(sent), desk.row(sent).answer) == (state, f"{status} {body}")


async def test_a_redirect_is_not_followed(desk: Desk) -> None:
    with sms_gateway() as gateway, sms_gateway() as elsewhere:
        desk.use_gateway(gateway, sms_token=TOKEN)
        gateway.answers, gateway.location = [(307, "")], elsewhere.url
        sent = desk.sms()
        await desk.send(SMS)
    assert (desk.state(sent), elsewhere.asked) == ("failed", [])
    assert "points elsewhere" in desk.row(sent).answer


async def test_a_gateway_that_hangs_ends_unknown(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway)
        gateway.slow = 1.5
        sent = desk.sms()
        await desk.send(SMS)
        assert desk.state(sent) == "unknown"
        desk.clock.advance(days=1)
        assert await desk.send(SMS) == 0
    assert len(gateway.asked) == 1


async def test_a_gateway_that_is_not_there_is_tried_again(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway)
    sent = desk.sms()
    await desk.send(SMS)
    assert desk.state(sent) == "failed"
    assert "cannot be reached" in desk.row(sent).answer


async def test_a_gateway_that_repeats_text_and_token_does_not_put_them_into_the_open(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway, sms_token=TOKEN)
        gateway.answers = [(200, '{"sent": "Code 471100", "with": "Bearer 9a8b7c6d", "id": 5}')]
        sent = desk.sms()
        await desk.send(SMS)
    answer = desk.row(sent).answer
    assert "471100" not in answer
    assert "9a8b7c6d" not in answer
    assert '"id": 5' in answer


async def test_an_endless_answer_is_read_to_a_limit(desk: Desk) -> None:
    with sms_gateway() as gateway:
        desk.use_gateway(gateway)
        gateway.answers = [(200, "x" * 3_000_000)]
        sent = desk.sms()
        await desk.send(SMS)
    assert desk.state(sent) == "sent"
    assert len(desk.row(sent).answer) == 300
