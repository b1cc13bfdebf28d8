"""The control plane: for whoever stands at the doors, and for tests. Plain HTTP on loopback.

It has no login. Against web pages in a browser on the same machine it takes JSON bodies only and answers only to a
loopback address as its host name.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.virtual.core import Outcome
from backend.virtual.running import RunningDevice

MAX_BODY = 400_000
"""Bytes: a photo of a face as text."""
Endpoint = Callable[[Request], Awaitable[Response]]


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Typed(_Act):
    pin: str = Field(max_length=64, repr=False)


class _Shown(_Act):
    card: str = Field(max_length=256, repr=False)


class _Looking(_Act):
    photo: str = Field(max_length=MAX_BODY, repr=False)


class _Nothing(_Act):
    pass


_Body = TypeVar("_Body", bound=BaseModel)


def control_app(running: Mapping[str, RunningDevice]) -> Starlette:
    """The application that shows and handles the devices of a site by name."""

    def named(request: Request) -> RunningDevice:
        found = running.get(request.path_params["name"])
        if found is None:
            raise HTTPException(404, "no such device")
        return found

    async def devices(request: Request) -> Response:
        _guard(request)
        return JSONResponse({name: one.ready() | {"powered": one.device.powered} for name, one in running.items()})

    async def state(request: Request) -> Response:
        _guard(request)
        return JSONResponse(named(request).state())

    async def keypad(request: Request) -> Response:
        typed = await _body(request, _Typed)
        return _outcome(named(request).device.press_pin(typed.pin))

    async def card(request: Request) -> Response:
        shown = await _body(request, _Shown)
        return _outcome(named(request).device.present_card(shown.card))

    async def face(request: Request) -> Response:
        looking = await _body(request, _Looking)
        try:
            photo = base64.b64decode(looking.photo, validate=True)
        except ValueError:
            raise HTTPException(422, "photo: not base64") from None
        return _outcome(named(request).device.show_face(photo))

    async def faults(request: Request) -> Response:
        values = await _json(request)
        device = named(request).device
        try:
            device.faults = device.faults.changed(values)
        except ValidationError as error:
            raise _invalid(error) from None
        return JSONResponse(device.faults.model_dump())

    async def reset(request: Request) -> Response:
        await _body(request, _Nothing)
        named(request).device.restore()
        return JSONResponse({"reset": True})

    async def reboot(request: Request) -> Response:
        await _body(request, _Nothing)
        named(request).device.reboot()
        return JSONResponse({"reboot": True})

    acts: dict[str, Endpoint] = {
        "keypad": keypad,
        "card": card,
        "face": face,
        "faults": faults,
        "reset": reset,
        "reboot": reboot,
    }
    return Starlette(
        routes=[
            Route("/devices", devices, methods=["GET"]),
            Route("/devices/{name}", state, methods=["GET"]),
            *(Route(f"/devices/{{name}}/{act}", endpoint, methods=["POST"]) for act, endpoint in acts.items()),
        ]
    )


def _outcome(outcome: Outcome) -> Response:
    return JSONResponse({"opened": list(outcome.opened), "refused": outcome.refused, "reason": outcome.reason})


def _guard(request: Request) -> None:
    host = request.headers.get("host", "").rpartition(":")[0]
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise HTTPException(403, "loopback only")


async def _json(request: Request) -> dict[str, object]:
    _guard(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, "send application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, "too large")
    try:
        return _Anything.model_validate_json(bytes(body) or b"{}").model_dump()
    except ValidationError as error:
        raise _invalid(error) from None


async def _body(request: Request, kind: type[_Body]) -> _Body:
    try:
        return kind.model_validate(await _json(request))
    except ValidationError as error:
        raise _invalid(error) from None


class _Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


def _invalid(error: ValidationError) -> HTTPException:
    """Names the fields that are wrong, never their values."""
    return HTTPException(422, "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
