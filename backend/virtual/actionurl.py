"""Action URLs: filling in the variables and fetching the address as a small device does (device protocol 3)."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, unquote, urlsplit

TIMEOUT = 3.0
"""Seconds for the whole call."""
MAX_PENDING = 64
"""Calls of one device under way at once; more are lost, as on a device with little memory."""

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def filled_in(url: str, values: Mapping[str, str]) -> str:
    """`url` with every known `$variable` replaced; an unknown one stays as it is, in path and query alike."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        return match[0] if found is None else quote(found, safe=":.")

    return _VARIABLE.sub(value, url)


class Caller:
    """Fetches Action URLs of one device in the background, from the device's own address. Failures are counted only."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._pending: set[asyncio.Task[None]] = set()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE
        self.sent = 0
        self.failed = 0

    def call(self, url: str) -> None:
        """Begin to fetch `url` and return at once."""
        if len(self._pending) >= MAX_PENDING:
            self.failed += 1
            return
        task = asyncio.get_running_loop().create_task(self._fetch(url))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in self._pending:
            task.cancel()
        await asyncio.gather(*self._pending, return_exceptions=True)

    async def _fetch(self, url: str) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                accepted = await self._get(urlsplit(url))
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            accepted = False
        if accepted:
            self.sent += 1
        else:
            self.failed += 1

    async def _get(self, url: SplitResult) -> bool:
        """True when the receiver answers with a 2xx status."""
        secure = url.scheme == "https"
        host = url.hostname or ""
        reader, writer = await asyncio.open_connection(
            host,
            url.port or (443 if secure else 80),
            ssl=self._tls if secure else None,
            local_addr=(self._address, 0),
            limit=4096,
        )
        try:
            writer.write(_request(url, host))
            status = await reader.readline()
        finally:
            writer.transport.abort()
        return re.match(rb"HTTP/1\.[01] 2\d\d\b", status) is not None


def _request(url: SplitResult, host: str) -> bytes:
    target = quote(url.path or "/", safe="/%:=&$,;@!*'()+~")
    if url.query:
        target += "?" + quote(url.query, safe="/%:=&$,;@!*'()+~?")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {host}" + (f":{url.port}" if url.port else ""),
        "User-Agent: Akuvox",
        "Accept: */*",
        "Connection: close",
    ]
    if url.username is not None:
        pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
        lines.append(f"Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
