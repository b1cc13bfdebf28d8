"""Find out what answers at an address, and say in words what a person has to do (protocol 1.1, 1.2).

The first questions carry no login. The password is sent only after the host asked for it, over a connection whose
certificate was seen before and is pinned for the rest of the probe, and by Digest wherever the host offers it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from backend.devices.address import NO_SECRET, Auth, DeviceAddress, Endpoint, Scheme, Secret
from backend.devices.envelope import Envelope, device_label, read_envelope
from backend.devices.errors import (
    AccessDenied,
    BadAnswer,
    ConnectFailed,
    DeviceError,
    DeviceTimeout,
    LoginChanged,
    NotAkuvox,
    PinUnknown,
    PortClosed,
    RedirectRefused,
    TlsRefused,
    UnknownHost,
    WrongPassword,
)
from backend.devices.profiles import profile_for
from backend.devices.system import DeviceInfo, read_info
from backend.devices.wire import Wire


class State(StrEnum):
    """What was met at the address."""

    OK = "ok"
    LEGACY_TLS = "legacy_tls"
    API_OFF = "api_off"
    ALLOWLIST_EMPTY = "allowlist_empty"
    WRONG_PASSWORD = "wrong_password"
    PASSWORD_NEEDED = "password_needed"
    TLS_REFUSED = "tls_refused"
    NOT_AKUVOX = "not_akuvox"
    NO_ANSWER = "no_answer"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of a probe: what was met, what to do, and all that an `Endpoint` needs.

    `menu_path` is where to look on the device's own web page, "" where nothing there helps. The device can be used in
    the states OK and LEGACY_TLS. `address` is where it finally answered, by HTTPS if it sent us there.
    """

    state: State
    sentence: str
    menu_path: str
    address: DeviceAddress
    auth: Auth
    tls_pin: str | None = None
    legacy_tls: bool = False
    model: str = ""
    mac: str = ""
    firmware: str = ""
    profile_name: str | None = None

    @property
    def scheme(self) -> Scheme:
        """Of the address where it finally answered."""
        return self.address.scheme


_SENTENCES = {
    State.OK: "The device answers and can be used.",
    State.LEGACY_TLS: "The device can be used, but only with outdated encryption; update its firmware.",
    State.API_OFF: "The device answers, but its HTTP API is off: switch it on and choose Digest.",
    State.ALLOWLIST_EMPTY: (
        "The device refuses this computer. Its allowlist is empty or does not name this computer, or its HTTP API is "
        "off: switch it on, and choose Digest or add this computer's address."
    ),
    State.WRONG_PASSWORD: (
        "The device refuses the user name or password. The HTTP API has its own, apart from the one of the web page."
    ),
    State.PASSWORD_NEEDED: "The device asks for the user name and password of its HTTP API.",
    State.TLS_REFUSED: "No encrypted connection could be agreed: give the device a newer certificate, or use http://.",
    State.NOT_AKUVOX: "Something answers at this address, but it does not look like an Akuvox device.",
    State.NO_ANSWER: "Nothing answers at this address in time: check power, cable, network and port.",
    State.REDIRECT: "The device sends us to another address, which is not followed: enter that address itself.",
}
_OPEN_API = "The device can be used, but its HTTP API is open to everybody: choose Digest and set a password."
_CLEAR_BASIC = "The device can be used, but its password travels readably: choose Digest or HTTPS."

_API_MENU = {"": "Setting > HTTP API", "R20A": "Device Management > Setting > HTTP API"}
_TLS_MENU = {"": "Security > Advanced > Web Server Certificate"}
_MENUS = {
    State.API_OFF: _API_MENU,
    State.ALLOWLIST_EMPTY: _API_MENU,
    State.WRONG_PASSWORD: _API_MENU,
    State.PASSWORD_NEEDED: _API_MENU,
    State.TLS_REFUSED: _TLS_MENU,
    State.LEGACY_TLS: _TLS_MENU,
}
"""Menu paths by state and model prefix; only the R20A's first level and the certificate page are documented."""


_TELLS_NO_MORE = {
    State.NO_ANSWER: (State.NO_ANSWER,),
    State.NOT_AKUVOX: (State.NO_ANSWER, State.NOT_AKUVOX, State.TLS_REFUSED),
}
"""What plain HTTP met -> what HTTPS may meet there that tells no more than that."""


async def identify(
    address: DeviceAddress, *, username: str = "", password: Secret = NO_SECRET, seconds: float = 12
) -> Finding:
    """Probe `address` and say what is there; never raises for what a host does. `seconds` limits each request.

    Tries HTTPS where plain HTTP gets no answer on the default port, or no sense on another one, and outdated
    encryption where TLS fails.
    """
    finding = await _Probe(Endpoint(address), username, password, seconds).run()
    secure = _secure(address, finding.state)
    if secure is None:
        return finding
    second = await _Probe(Endpoint(secure), username, password, seconds).run()
    return finding if second.state in _TELLS_NO_MORE[finding.state] else second


def _secure(address: DeviceAddress, met: State) -> DeviceAddress | None:
    """Where the same device may answer by HTTPS, after what plain HTTP has met."""
    if address.scheme != "http":
        return None
    if met is State.NO_ANSWER and address.default_port:
        return DeviceAddress("https", address.host, 443)
    if met is State.NOT_AKUVOX and not address.default_port:
        return DeviceAddress("https", address.host, address.port)
    return None


class _Probe:
    """One probe; `endpoint` grows with what was learned."""

    def __init__(self, endpoint: Endpoint, username: str, password: Secret, seconds: float) -> None:
        self._endpoint = endpoint
        self._username = username
        self._password = password
        self._seconds = seconds

    async def run(self) -> Finding:
        """The finding at this endpoint, whatever happens there."""
        try:
            return await self._known(await self._first())
        except LoginChanged as error:
            return await self._with_login(error)
        except DeviceError as error:
            return await self._failed(error)

    async def _first(self) -> DeviceInfo:
        """The identity without a login, pinning the certificate and falling back to outdated TLS on the way."""
        for _ in range(3):
            try:
                return await self._info()
            except PinUnknown as error:
                self._endpoint = replace(self._endpoint, tls_pin=error.fingerprint)
            except TlsRefused:
                if self._endpoint.legacy_tls:
                    raise
                self._endpoint = replace(self._endpoint, legacy_tls=True)
        return await self._info()

    async def _with_login(self, asked: LoginChanged) -> Finding:
        auth = next((auth for auth in (Auth.DIGEST, Auth.BASIC) if auth.value in asked.offered), None)
        if auth is None:
            return self._finding(State.NOT_AKUVOX)
        self._endpoint = replace(self._endpoint, auth=auth)
        if not self._username or not self._password:
            return self._finding(State.PASSWORD_NEEDED)
        self._endpoint = replace(self._endpoint, username=self._username, password=self._password)
        try:
            return await self._known(await self._info())
        except DeviceError as error:
            return await self._failed(error)

    async def _known(self, info: DeviceInfo) -> Finding:
        finding = self._finding(State.LEGACY_TLS if self._endpoint.legacy_tls else State.OK, info)
        if self._endpoint.auth is Auth.NONE:
            return replace(finding, sentence=_OPEN_API, menu_path=_menu(State.API_OFF, info.model))
        if self._endpoint.auth is Auth.BASIC and finding.scheme == "http":
            return replace(finding, sentence=_CLEAR_BASIC, menu_path=_menu(State.API_OFF, info.model))
        return finding

    async def _failed(self, error: DeviceError) -> Finding:
        if isinstance(error, WrongPassword):
            return self._finding(State.WRONG_PASSWORD)
        if isinstance(error, TlsRefused):
            return self._finding(State.TLS_REFUSED)
        if isinstance(error, PortClosed | UnknownHost):
            return replace(self._finding(State.NO_ANSWER), sentence=str(error))
        if isinstance(error, ConnectFailed | DeviceTimeout):
            return self._finding(State.NO_ANSWER)
        leaked = await self._leaked()
        if isinstance(error, AccessDenied):
            return self._finding(State.ALLOWLIST_EMPTY, leaked)
        if leaked:
            return self._finding(State.API_OFF, leaked)
        if isinstance(error, RedirectRefused):
            return self._finding(State.REDIRECT)
        return self._finding(State.API_OFF if isinstance(error, _Silent) else State.NOT_AKUVOX)

    async def _info(self) -> DeviceInfo:
        envelope = await self._get("/api/system/info")
        if not envelope.ok:
            raise _Silent
        return read_info(envelope)

    async def _leaked(self) -> DeviceInfo | None:
        """The identity that some web pages tell without a login, when the API itself does not."""
        for page in ("/api/web/system/info", "/web/status/get?session=&web=1"):
            try:
                envelope = await self._get(page, login=False)
                product = device_label(envelope.data.get("ProductName"))
                return DeviceInfo(product, "", "") if product else read_info(envelope)
            except DeviceError:
                continue
        return None

    async def _get(self, target: str, *, login: bool = True) -> Envelope:
        endpoint = self._endpoint if login else replace(self._endpoint, auth=Auth.NONE, password=NO_SECRET)
        wire = Wire(endpoint, timeout=self._seconds)
        try:
            answer = await wire.exchange("GET", target)
        finally:
            await wire.aclose()
            self._endpoint = replace(self._endpoint, address=wire.moved_to or self._endpoint.address)
        if answer.status == 404:
            raise NotAkuvox
        return read_envelope(answer.body)

    def _finding(self, state: State, info: DeviceInfo | None = None) -> Finding:
        model, firmware = (info.model, info.firmware) if info else ("", "")
        return Finding(
            state=state,
            sentence=_SENTENCES[state],
            menu_path=_menu(state, model),
            address=self._endpoint.address,
            auth=self._endpoint.auth,
            tls_pin=self._endpoint.tls_pin,
            legacy_tls=self._endpoint.legacy_tls,
            model=model,
            mac=info.mac if info else "",
            firmware=firmware,
            profile_name=profile_for(model, firmware).name if firmware else None,
        )


class _Silent(BadAnswer):
    """An Akuvox answer that says no to the very first question: the API is not served."""

    def __init__(self) -> None:
        super().__init__("does not serve its HTTP API")


def _menu(state: State, model: str) -> str:
    paths = _MENUS.get(state, {})
    return next((path for prefix, path in paths.items() if prefix and model.startswith(prefix)), paths.get("", ""))
