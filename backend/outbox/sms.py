"""Handing one text message over to an HTTP gateway (feature AGT-09)."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import httpx

from backend.domain.enums import SmsFormat, SmsMethod
from backend.domain.site_settings import SmsGateway, fill
from backend.outbox.mail import OnData
from backend.outbox.outcome import End, Outcome

LONGEST_READ = 65_536
"""Bytes of an answer that are read; a gateway has no more to say."""
STEPS = 3
"""Connecting, sending, reading: each within the time limit."""
UNANSWERED = "The gateway took the text and did not say whether it sends it. It may have arrived."
_LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_LOCKED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)


async def send_sms(gateway: SmsGateway, to: str, text: str, on_data: OnData) -> Outcome:
    """Try once. A redirect is not followed: number and text go to the host that was configured, and to no other."""
    async with httpx.AsyncClient(timeout=gateway.timeout, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(gateway.method.value.upper(), gateway.url, **_parts(gateway, to, text))
        await on_data()
        try:
            async with asyncio.timeout(gateway.timeout * STEPS):
                answer = await client.send(request, stream=True)
                body = await _read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Outcome(End.LATER, f"The gateway cannot be reached: {error or 'no answer'}.", server_down=True)
        except (httpx.HTTPError, TimeoutError):
            return Outcome(End.UNKNOWN, UNANSWERED)
    return _judged(answer.status_code, body, gateway.success)


def _parts(gateway: SmsGateway, to: str, text: str) -> dict[str, Any]:
    """Headers and body of the request; with GET the fields stand behind those of the address."""
    parts: dict[str, Any] = {"headers": {"Accept-Encoding": "identity"}}
    if gateway.token:
        parts["headers"][gateway.header] = gateway.token
    filled = fill(gateway.body, gateway.format, to, text)
    if gateway.format is SmsFormat.JSON:
        parts["json"] = filled
    elif gateway.method is SmsMethod.GET:
        parts["params"] = [*httpx.URL(gateway.url).params.multi_items(), *filled]
    else:
        parts["content"] = str(httpx.QueryParams(filled)).encode()
        parts["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
    return parts


async def _read(answer: httpx.Response) -> str:
    found = b""
    try:
        async for chunk in answer.aiter_raw():
            found += chunk
            if len(found) >= LONGEST_READ:
                break
    finally:
        await answer.aclose()
    return found[:LONGEST_READ].decode(errors="replace")


def _judged(status: int, body: str, success: str) -> Outcome:
    """What an answer means: the gateway refused, has no time, or cannot be believed."""
    answer = f"{status} {body}"
    if 200 <= status < 300:
        if success and success not in body:
            return Outcome(End.REFUSED, answer)
        return Outcome(End.ACCEPTED, answer)
    if 300 <= status < 400:
        return Outcome(End.LATER, f"{status} The gateway points elsewhere. Correct its address.", server_down=True)
    if status in _LOCKED or status in _LATER:
        return Outcome(End.LATER, answer, server_down=True)
    if status >= 500:
        return Outcome(End.UNKNOWN, answer)
    return Outcome(End.REFUSED, answer)
