"""How an apartment is called: the six call types and the two kinds of call (rules 4, 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from backend.domain.enums import CallType


class CallWay(StrEnum):
    """Whether calls go through the SIP server or straight over one local network."""

    SIP = "sip"
    IP = "ip"


CALL_TYPE_WORDS: Mapping[CallType, str] = MappingProxyType(
    {
        CallType.APP_MONITOR: "SmartPlus and indoor monitors",
        CallType.PHONE_MONITOR: "Phone and indoor monitors",
        CallType.APP_MONITOR_PHONE: "SmartPlus and indoor monitors, with phone as backup",
        CallType.MONITOR_APP: "Indoor monitors with SmartPlus as backup",
        CallType.MONITOR_PHONE: "Indoor monitors with phone as backup",
        CallType.MONITOR_APP_PHONE: "Indoor monitors with SmartPlus as backup, finally the phone",
    }
)
"""In the order of the guide. It names the first one; the other names are likely, not confirmed (rules 4.1)."""

CALL_WAY_WORDS: Mapping[CallWay, str] = MappingProxyType(
    {
        CallWay.SIP: "SIP call: devices in different places",
        CallWay.IP: "IP call: all devices in the same place",
    }
)
"""The guide's question: are all devices of the home in one local network?"""

PHONE_TYPES = frozenset(
    {CallType.PHONE_MONITOR, CallType.APP_MONITOR_PHONE, CallType.MONITOR_PHONE, CallType.MONITOR_APP_PHONE}
)
"""The types that call a telephone number at some stage."""
