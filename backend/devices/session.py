"""Calls to a device in its own dialect: turns, whole lists, bulk requests (protocol 1.1, 1.3, 1.6, 6)."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal
from urllib.parse import quote, urlencode

from backend.devices.address import Endpoint
from backend.devices.envelope import LOCAL_SOURCES, Envelope, Record, item_results, read_envelope, text_of
from backend.devices.errors import (
    ApiUnsupported,
    BadAnswer,
    DeviceError,
    DeviceFull,
    DeviceRefused,
    NotAkuvox,
)
from backend.devices.listing import Listing
from backend.devices.profiles import Dialect, Profile
from backend.devices.results import NOT_SENT, ItemResult
from backend.devices.wire import Answer, Wire

_NO_SUCH_CALL = frozenset({404, 405, 501})
_SETTLING = frozenset({"user", "schedule", "config"})
_SET_TAKES_ALL = frozenset({"user", "schedule", "contact"})  # every action is proven on the path .../set


class Session:
    """One device's calls: one request at a time, the model's gap between two, the dialect learned where it differs."""

    def __init__(self, endpoint: Endpoint, profile: Profile, *, timeout: float, gap: float | None) -> None:
        self.wire = Wire(endpoint, timeout=timeout)
        self.profile = profile
        self._gap = profile.gap if gap is None else gap
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        self._settled_at: dict[str, float] = {}
        self._dialect: Dialect = profile.dialect
        self._known = False

    async def read(
        self,
        target: str,
        action: str,
        query: Mapping[str, str] | None = None,
        *,
        effect: bool = False,
        urgent: bool = False,
    ) -> Envelope:
        """GET a call and return its answer. Raises `DeviceRefused` below retcode 0, `ApiUnsupported`, wire errors.

        Waits until an earlier write to the same target has settled. `effect`: the call changes something (dialect 4);
        `urgent` waits for nothing but the request under way.
        """
        path = f"/api/{target}/{action}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        settled = 0.0 if effect else self._settled_at.get(target, 0.0)
        async with self._my_turn(urgent=urgent, not_before=settled):
            answer = await self._exchange("GET", path, b"", target if effect else None)
        envelope = self._opened(answer, effect=effect)
        if envelope is None or envelope.unsupported:
            raise self._missing(target, action)
        return accepted(envelope)

    async def act(
        self, target: str, action: str, data: Record, *, urgent: bool = False, effect: bool = True
    ) -> Envelope:
        """POST a call and return its answer, also one below retcode 0. Raises `ApiUnsupported` and wire errors.

        Sent in the profile's dialect; where the firmware says that it has no such call, hence did nothing, in the
        other one, and what worked is kept. `urgent` goes before waiting calls and skips the gap.
        """
        body = json.dumps({"target": target, "action": action, "data": data}).encode()
        for dialect in self._post_dialects():
            path = "/api" if dialect == "body_post" else _path(target, action)
            async with self._my_turn(urgent=urgent):
                answer = await self._exchange("POST", path, body, target if effect else None)
            envelope = self._opened(answer, effect=effect)
            if envelope is not None and not envelope.unsupported:
                self._dialect = dialect
                return envelope
        raise self._missing(target, action)

    async def upload(self, kind: str, name: str, content: bytes) -> Envelope:
        """Put a file of a `kind`, "Face", on the device under a name, and return its answer (protocol 1.4, 1.7).

        The name is ASCII without quotes. Raises `DeviceRefused` below retcode 0, `ApiUnsupported` and wire errors.
        """
        boundary = f"SmartPlus{secrets.token_hex(12)}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode("ascii") + content + f"\r\n--{boundary}--\r\n".encode("ascii")
        path, form = f"/api/filetool/import?destFile={kind}&index=", f"multipart/form-data; boundary={boundary}"
        async with self._my_turn():
            answer = await self._exchange("POST", path, body, "filetool", form)
        envelope = self._opened(answer, effect=True)
        if envelope is None or envelope.unsupported:
            raise self._missing("filetool", "import")
        return accepted(envelope)

    async def act_on(self, target: str, action: str, records: Sequence[Record]) -> list[ItemResult]:
        """Send records in bulk requests of the profile's size and return one result each.

        A refused record is a result; an error is raised for what concerns the whole device, `DeviceFull` among them,
        with `done` and `in_doubt` set on it.
        """
        results: list[ItemResult] = []
        for start in range(0, len(records), self.profile.bulk):
            chunk = list(records[start : start + self.profile.bulk])
            try:
                envelope = await self.act(target, action, {"item": chunk})
                found = item_results(envelope, len(chunk), start)
                if envelope.full:
                    raise DeviceFull(envelope.retcode, envelope.message, tuple(found))
            except DeviceError as error:
                error.done = tuple(results)
                error.in_doubt = tuple(range(start, start + len(chunk))) if error.ambiguous else ()
                raise
            results += found
        return results

    async def change(
        self,
        target: str,
        remote_ids: Sequence[str],
        bases: Mapping[str, Record],
        write: Callable[[int, Record], Record],
    ) -> list[ItemResult]:
        """Set the records of these ids: `write` makes the record to send from an index and the record as read.

        A record without a base, or one that belongs to a cloud, is a failed result and is not sent.
        """
        results: dict[int, ItemResult] = {}
        sent: list[int] = []
        for index, remote_id in enumerate(remote_ids):
            if remote_id not in bases:
                results[index] = ItemResult(index, False, NOT_SENT, "The device does not have this record any more.")
            elif text_of(bases[remote_id].get("SourceType")) not in LOCAL_SOURCES:
                results[index] = ItemResult(index, False, NOT_SENT, "The record belongs to a cloud.")
            else:
                sent.append(index)
        records = [write(index, bases[remote_ids[index]]) for index in sent]
        try:
            outcomes = await self.act_on(target, "set", records)
        except DeviceError as error:
            error.done = tuple(replace(done, index=sent[done.index]) for done in error.done)
            error.in_doubt = tuple(sent[index] for index in error.in_doubt)
            raise
        results |= {sent[outcome.index]: replace(outcome, index=sent[outcome.index]) for outcome in outcomes}
        return [results[index] for index in sorted(results)]

    async def read_all(self, target: str, query: Mapping[str, str] | None = None) -> list[Record]:
        """A whole list, page by page. Raises `BadAnswer` where it cannot be told complete, `TooLarge` beyond limits.

        A list that changed while it was read is read once more.
        """
        for _ in range(2):
            listing = Listing(target, self.profile.page_size)
            ended = False
            while not ended:
                page = {"page": str(listing.next_page)} if listing.next_page else {}
                ended = listing.take(await self.read(target, "get", {**(query or {}), **page}))
            records = listing.result()
            if records is not None:
                return records
        raise BadAnswer(f"gives a number of records of {target} that does not fit its list")

    def _post_dialects(self) -> tuple[Dialect, ...]:
        return ("body_post", "path_post") if self._dialect != "path_post" else ("path_post", "body_post")

    async def _exchange(
        self,
        method: Literal["GET", "POST"],
        path: str,
        body: bytes,
        changes: str | None,
        content: str = "application/json",
    ) -> Answer:
        try:
            return await self.wire.exchange(method, path, body, effect=changes is not None, content=content)
        finally:
            if changes in _SETTLING:
                self._settled_at[changes] = _now() + self.profile.settle

    def _opened(self, answer: Answer, *, effect: bool) -> Envelope | None:
        """The envelope of an answer, None where there is no such page."""
        if answer.status in _NO_SUCH_CALL:
            return None
        try:
            envelope = read_envelope(answer.body, ambiguous=effect)
        except (BadAnswer, NotAkuvox):
            if answer.status < 400:
                raise
            raise BadAnswer(f"answered with the HTTP error {answer.status}", ambiguous=effect) from None
        if answer.status >= 400 and envelope.ok:
            raise BadAnswer(f"answered with the HTTP error {answer.status}", ambiguous=effect)
        self._known = True
        return envelope

    def _missing(self, target: str, action: str) -> DeviceError:
        """A page that is missing says something about the firmware only once the host proved to be a device."""
        return ApiUnsupported(target, action) if self._known else NotAkuvox()

    @asynccontextmanager
    async def _my_turn(self, *, urgent: bool = False, not_before: float = 0.0) -> AsyncIterator[None]:
        """The gap is waited for without holding the turn, so that an urgent call waits for one request at most."""
        while True:
            ready = 0.0 if urgent else max(self._free_at, not_before)
            await asyncio.sleep(max(0.0, ready - _now()))
            await self._turn.acquire()
            if urgent or _now() >= max(self._free_at, not_before):
                break
            self._turn.release()
        try:
            yield
        finally:
            self._free_at = _now() + self._gap
            self._turn.release()


def accepted(envelope: Envelope) -> Envelope:
    """The envelope itself; raises `DeviceRefused` below retcode 0."""
    if not envelope.ok:
        raise DeviceRefused(envelope.retcode, envelope.message)
    return envelope


def _path(target: str, action: str) -> str:
    return f"/api/{target}/set" if target in _SET_TAKES_ALL else f"/api/{target}/{action}"


def _now() -> float:
    return asyncio.get_running_loop().time()
