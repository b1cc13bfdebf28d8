"""What differs between device models, as data: a new model is a new entry in `PROFILES` and no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AuthName = Literal["none", "basic", "allowlist", "digest"]
"""Names of the authentication modes in a site file."""

AUTH_MODES: Mapping[AuthName, str] = {"none": "0", "basic": "1", "allowlist": "2", "digest": "4"}
"""Name -> value of `Config.DoorSetting.APIFCGI.AuthMode` (device protocol 1.2)."""

READ = frozenset({"get"})
CRUD = frozenset({"get", "add", "set", "del", "clear"})


@dataclass(frozen=True)
class RelayKeys:
    """How the configuration keys of one relay are spelled; `{}` stands for the relay's letter (protocol 4.1)."""

    name: str
    hold: str
    delay: str
    kind: str
    mode: str


def _relay_keys(*names: str) -> RelayKeys:
    return RelayKeys(*(f"Config.DoorSetting.RELAY.{name}" for name in names))


NEW_RELAY_KEYS = _relay_keys("Name{}", "HoldDelay{}", "TriggerDelay{}", "Type{}", "Mode{}")
MIXED_RELAY_KEYS = _relay_keys("RelayName{}", "HoldDelay{}", "TrigDelay{}", "Type{}", "Mode{}")
OLD_RELAY_KEYS = _relay_keys("Relay{}Name", "Relay{}Delay", "Relay{}TrigDelay", "Relay{}Type", "Relay{}Mode")


@dataclass(frozen=True)
class Profile:
    """One model at one firmware: its capabilities, its spelling and its quirks (device protocol 1 and 1.12)."""

    model: str
    firmware: str
    hardware: str
    relays: int
    https: bool
    auth: AuthName
    """The mode a device of this profile starts with when the site file names none."""
    auth_offered: frozenset[AuthName]
    realm: str
    max_users: int
    alias: str
    """The only name of the schedule-relay field this firmware knows; the other two are dropped unread."""
    relay_keys: RelayKeys
    actions: Mapping[str, frozenset[str]]
    """Target -> supported actions; a target that is absent has no handler at all."""
    mandatory: tuple[str, ...] = ("Name", "UserID", "WebRelay", "LiftFloorNum")
    """Fields besides the schedule-relay one that `user add` insists on."""
    max_schedules: int = 100
    max_cards: int = 5
    log_capacity: int = 1000
    page_size: int = 10
    whole_user_list: bool = False
    """Without `page` the whole user list comes in one reply instead of page 1."""
    single_as_object: bool = False
    """A list of one record arrives as the record itself."""
    item_key: str = "item"
    lan_key: str = "Lan"
    content_type: str = "application/json"
    mutation_retcode: int = 0
    partial_retcode: int = -1
    """Retcode of a batch in which some items failed; the items' own `Ret` tell which."""
    mutation_message: str = "OK"
    missing_message: str = "Error param"
    no_handler: str = "No hanlders for this request"
    no_action: str = "unsupport action"
    body_target_required: bool = False
    week_digits: bool = True
    """Whether `Week` counts when the day flags are absent (E18 ignores it)."""
    relay_urls_on_code: bool = True
    """Whether the relay Action URLs fire when a PIN opened the relay."""
    manual_open_level: int = 1
    """Level at which `trig` with mode 1 opens a relay of type NO; a relay of type NC takes the other one.

    Inferred: clients in use close a NO relay with level 0 and a NC relay with level 1, as status reports them.
    """
    fcgi: Literal["json", "moved"] = "json"
    fcgi_off_status: int = 200
    """HTTP status of `/fcgi/do` while the feature is off: 503, or 200 with retcode -3."""
    open_page: str | None = None
    """A page that tells model and firmware without any login."""
    faces: bool = False
    """Whether it knows people by their faces: photos come by file import and users name them (protocol 1.7 b)."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Configuration keys only this model has, with their factory values."""


def _actions(**changed: frozenset[str]) -> dict[str, frozenset[str]]:
    common = {
        "system": frozenset({"info", "status", "reboot"}),
        "config": frozenset({"get", "set", "reset_factory"}),
        "user": CRUD,
        "schedule": CRUD,
        "group": CRUD,
        "contact": CRUD,
        "relay": frozenset({"trig", "status", "get", "set"}),
        "input": frozenset({"get", "set"}),
        "sip": frozenset({"get", "set"}),
        "doorlog": READ,
        "calllog": READ,
    }
    return {target: actions for target, actions in (common | changed).items() if actions}


_ALL_AUTH: frozenset[AuthName] = frozenset({"none", "basic", "allowlist", "digest"})

PROFILES: Mapping[str, Profile] = {
    profile.model: profile
    for profile in (
        Profile(
            model="X916",
            firmware="916.30.10.216",
            hardware="916.0.4.1.0.0.0.0",
            relays=4,
            https=True,
            auth="digest",
            auth_offered=_ALL_AUTH,
            realm="HTTPAPI",
            max_users=10000,
            alias="ScheduleRelay",
            relay_keys=NEW_RELAY_KEYS,
            actions=_actions(filetool=frozenset({"import"})),
            faces=True,
            fcgi_off_status=503,
            settings={
                "Config.DoorSetting.DTMF.Enable": "1",
                "Config.DoorSetting.DTMF.Option": "0",
                "Config.DoorSetting.DTMF.Code1": "#",
                "Config.DoorSetting.DTMF.DtmfWhitelist": "2",
                "Config.DoorSetting.DISPLAY.Key1Type": "0",
                "Config.DoorSetting.DISPLAY.Key1Number": "",
            },
        ),
        Profile(
            model="E18C",
            firmware="18.30.11.21",
            hardware="18.0.1.0.0.0.0.0",
            relays=2,
            https=False,
            auth="digest",
            auth_offered=_ALL_AUTH,
            realm="HTTP API",
            max_users=5000,
            alias="Schedule-Relay",
            relay_keys=MIXED_RELAY_KEYS,
            actions=_actions(),
            lan_key="Network",
            content_type="text/html",
            mutation_retcode=1,
            partial_retcode=1,
            mutation_message="set successfully!",
            missing_message="Failed",
            no_handler="No handlers for this request",
            no_action="unsupported action",
            body_target_required=True,
            week_digits=False,
            relay_urls_on_code=False,
            open_page="/web/status/get",
        ),
        Profile(
            model="R20A",
            firmware="320.30.11.63",
            hardware="320.0.2.0.0.0.0.0",
            relays=2,
            https=False,
            auth="basic",
            auth_offered=frozenset({"none", "basic", "allowlist"}),
            realm="HTTPAPI",
            max_users=4000,
            alias="ScheduleRelay",
            relay_keys=OLD_RELAY_KEYS,
            actions=_actions(group=CRUD - {"set"}),
            mandatory=(),
            whole_user_list=True,
            item_key="Item",
            fcgi="moved",
            settings={
                "Config.DoorSetting.RELAY.DTMFUnlock": "2",
                "Config.Programable.SOFTKEY01.LocalParam1": ";;;;;;;",  # codespell:ignore
            },
        ),
        Profile(
            model="A08S",
            firmware="108.30.10.144",
            hardware="108.0.1.0.0.0.0.0",
            relays=2,
            https=False,
            auth="digest",
            auth_offered=_ALL_AUTH,
            realm="HTTPAPI",
            max_users=20000,
            alias="ScheduleRelay",
            relay_keys=NEW_RELAY_KEYS,
            actions=_actions(group=frozenset(), contact=frozenset(), calllog=frozenset(), sip=frozenset()),
            single_as_object=True,
            mutation_retcode=1,
            no_handler="Api unsupported",
        ),
    )
}
"""Model -> profile. Capacities of X916, E18C and A08S and the log capacity are assumptions, all else is documented."""
