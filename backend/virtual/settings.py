"""The configuration of a device: autop keys and their values, all strings (device protocol 1.11 and 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backend.virtual.profiles import Profile

API = "Config.DoorSetting.APIFCGI."
ACTION = "Config.Features.ACTIONURL."
RELAY = "Config.DoorSetting.RELAY."
RELAY_SCHEDULE = "Config.DoorSetting.RELAYSCHEDULE.Relay"
EVENTS = (
    *(f"Relay{letter}{what}" for letter in "ABCD" for what in ("Triggered", "Closed")),
    *(f"Input{letter}{what}" for letter in "ABCD" for what in ("Triggered", "Closed")),
    *("ValidCodeEntered", "InvalidCodeEntered", "ValidCardEntered", "InvalidCardEntered"),
    *("ValidFaceRecognition", "InvalidFaceRecognition", "ValidQRCodeEntered", "InvalidQRCodeEntered"),
    *("AlarmTriggered", "MakeCall", "HangUp"),
)
SECTIONS: Mapping[str, str] = {
    "config": "Config.",
    "relay": RELAY,
    "input": "Config.DoorSetting.INPUT.",
    "sip": "Config.Account",
}
"""Target of `get` and `set` -> the keys it speaks of."""

_FIXED = {
    "Config.Network.WEBSERVER.HttpPort": "80",
    "Config.Network.WEBSERVER.HttpsPort": "443",
    "Config.Network.LAN.Type": "1",
    "Config.Network.LAN.SubnetMask": "255.0.0.0",
    "Config.Network.LAN.DefaultGateway": "127.0.0.1",
    "Config.Network.LAN.PrimaryDNS": "",
    "Config.Network.RTPPORT.Min": "11800",
    "Config.Network.RTPPORT.Max": "12000",
    "Config.Settings.SNTP.Enable": "1",
    "Config.Settings.SNTP.NTPServer1": "0.pool.ntp.org",
    "Config.Settings.SNTP.NTPServer2": "1.pool.ntp.org",
    "Config.Settings.SNTP.DTS": "2",
    "Config.Settings.SNTP.Interval": "3600",
    "Config.Settings.DATETIME.Type": "1",
    "Config.Settings.DATETIME.TimeFormat": "1",
    "Config.Settings.DATETIME.DateFormat": "0",
    "Config.Settings.LANGUAGE.Type": "0",
    "Config.Settings.LANGUAGE.WebLang": "0",
    "Config.Settings.WEB_LOGIN.User": "admin",
    "Config.Settings.WEB_LOGIN.Password": "admin",
    "Config.Settings.LOGLEVEL.Level": "3",
    "Config.Settings.LOGLEVEL.RemoteSyslog": "0",
    "Config.Settings.LOGLEVEL.RemoteServer": "",
    "Config.Settings.CALLTIMEOUT.DialIn": "60",  # codespell:ignore
    "Config.Settings.CALLTIMEOUT.DialOut": "60",
    "Config.Settings.GENERAL.DirectIP": "1",
    "Config.Settings.SCREENSAVER.Enable": "0",
    "Config.Settings.SCREENSAVER.Time": "15",
    "Config.Settings.SDMC.Enable": "0",
    "Config.DirectIP.SIP.ListenPort": "5060",
    "Config.DoorSetting.DEVICENODE.Location": "",
    "Config.DoorSetting.CONNECT.ServerMode": "0",
    "Config.DoorSetting.CONNECT.DiscoveryMode": "1",
    "Config.DoorSetting.CLOUDSERVER.RpsEnable": "1",
    "Config.DoorSetting.RFCARDDISPLAY.RfidDisplayMode": "4",
    "Config.DoorSetting.MOTION_DETECT.Enable": "0",
    "Config.DoorSetting.MOTION_DETECT.Interval": "10",
    "Config.DoorSetting.RTSP.Enable": "1",
    "Config.DoorSetting.RTSP.UserName": "admin",
    "Config.DoorSetting.RTSP.Password": "admin",
    "Config.OnvifServer.DEVICE.Mode": "1",
    "Config.OnvifServer.DEVICE.User": "admin",
    "Config.OnvifServer.DEVICE.Pwd": "admin",
    "Config.Autoprovision.PNP.Enable": "1",
    "Config.Autoprovision.MODE.Mode": "1",
    "Config.Autoprovision.GENERAL.Url": "",
    "Config.Firmware.Url": "",
    f"{API}Enable": "1",
    f"{API}AuthMode": "2",
    f"{API}UserName": "admin",
    f"{API}Password": "httpapi",
    **{f"{API}WhiteListIP0{slot}": "" for slot in range(1, 6)},
    f"{RELAY}RelayOnWeb": "0",
    f"{RELAY}RelayOnWebUser": "",
    f"{RELAY}RelayOnWebPwd": "",
    f"{ACTION}Enable": "0",
    f"{ACTION}Method": "",
    **{f"{ACTION}{event}": "" for event in EVENTS},
}
_ACCOUNT = {
    "GENERAL.Enable": "0",
    "GENERAL.Label": "",
    "GENERAL.DisplayName": "",
    "GENERAL.UserName": "",
    "GENERAL.AuthName": "",
    "GENERAL.Pwd": "",
    "SIP.Server": "",
    "SIP.Port": "5060",
    "SIP.TransType": "0",
    "REG.Timeout": "1800",
    "DTMF.Type": "2",
    "CALL.PreventSIPHacking": "0",
}


def factory(profile: Profile, *, address: str, secure: bool, local: datetime) -> dict[str, str]:
    """What a device of this profile holds out of the box: API in allowlist mode with empty slots."""
    values = dict(_FIXED)
    values["Config.Network.LAN.StaticIP"] = address
    values["Config.Network.WEBSERVER.HttpsEnable"] = "1" if secure else "0"
    values["Config.Settings.SNTP.TimeZone"] = _offset(local)
    values["Config.Settings.SNTP.Name"] = str(local.tzinfo).rpartition("/")[2]
    for account in (1, 2):
        values |= {f"Config.Account{account}.{key}": value for key, value in _ACCOUNT.items()}
    for number in range(1, profile.relays + 1):
        keys, letter = profile.relay_keys, "ABCD"[number - 1]
        values |= {
            keys.name.format(letter): f"Relay{letter}",
            keys.hold.format(letter): "5",
            keys.delay.format(letter): "0",
            keys.kind.format(letter): "0",
            keys.mode.format(letter): "0",
            f"Config.DoorSetting.RELAYSCHEDULE.Relay{letter}Enable": "0",
            f"Config.DoorSetting.RELAYSCHEDULE.Relay{letter}Schedule": "",
        }
        infix = "" if letter == "A" else letter
        values |= {
            f"Config.DoorSetting.INPUT.Input{infix}Enable": "0",
            f"Config.DoorSetting.INPUT.Input{infix}Trigger": "0",
            f"Config.DoorSetting.INPUT.Input{infix}Relay": "0",
        }
    return values | dict(profile.settings)


def _offset(local: datetime) -> str:
    text = local.strftime("%z")
    return f"GMT{text[0]}{int(text[1:3])}:{text[3:5]}"


class Settings:
    """Keys and values of one device; a key it does not know cannot be written."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> str:
        """The value of `key`, an empty string when there is no such key."""
        return self._values.get(key, "")

    def section(self, prefix: str, keys: Iterable[Any] | None = None) -> dict[str, str]:
        """Values under `prefix`: of `keys` in their order, or of all; what does not exist is left out."""
        wanted = self._values if keys is None else keys
        return {
            key: self._values[key]
            for key in wanted
            if isinstance(key, str) and key.startswith(prefix) and key in self._values
        }

    def write(self, prefix: str, values: Mapping[str, Any]) -> None:
        """Write the known keys under `prefix`; all others are ignored without a word."""
        for key, value in values.items():
            if key in self._values and key.startswith(prefix) and isinstance(value, str):
                self._values[key] = value

    def dump(self) -> dict[str, str]:
        """What the flash keeps."""
        return dict(self._values)
