"""Apartments: list, form and acts (rules 4)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.catalog.residents import ACCOUNT_STATES
from backend.domain.calling import CALL_TYPE_WORDS, CALL_WAY_WORDS, CallWay

CALL_TYPES = tuple(Choice(one.value, words) for one, words in CALL_TYPE_WORDS.items())
"""The six call types in the order and words of rules 4.1."""

CALL_WAYS = tuple(Choice(one.value, words) for one, words in CALL_WAY_WORDS.items())
"""SIP or IP call in the words of the guide's form."""

_WAYS = (Choice(CallWay.SIP.value, "SIP"), Choice(CallWay.IP.value, "IP"))

MOVES = (
    Choice("none", "None"),
    Choice("planned", "Planned"),
    Choice("done", "Done"),
    Choice("failed", "Not complete"),
    Choice("cancelled", "Cancelled"),
)
"""How the last move of a family stands."""

APARTMENT = Record(
    name="apartment",
    title="Apartments",
    singular="apartment",
    fields=(
        Field("building_id", "Building", Kind.REFERENCE, listed=False, formed=True, required=True, refers="building"),
        Field("building", "Building", width=8, importance=1, short="b", filtered=True, sorted=True),
        Field("number", "APT", width=6, importance=1, align_right=True, formed=True, required=True, max_length=6,
              short="apt", hint="1 to 6 digits", filtered=True, sorted=True),
        Field("name", "APT name", width=0, importance=3, formed=True, max_length=64, filtered=True, sorted=True),
        Field("call_type", "Call type", Kind.CHOICE, width=20, importance=4, formed=True, choices=CALL_TYPES,
              short="call", filtered=True),
        Field("sip_or_ip", "SIP/IP", Kind.CHOICE, width=6, importance=5, formed=True, choices=_WAYS, short="sip",
              filtered=True),
        Field("allow_qr", "Allow QR", Kind.FLAG, listed=False, formed=True, exported=True, short="qr", filtered=True,
              hint="users may create QR codes"),
        Field("allow_face", "Allow Face", Kind.FLAG, listed=False, formed=True, exported=True, short="face",
              filtered=True, hint="users may register their Face ID"),
        Field("member_limit_on", "Member limit on", Kind.FLAG, listed=False, formed=True, exported=True,
              short="limited", filtered=True, hint="Family Member Amount Limit"),
        Field("member_limit", "Member limit", Kind.INTEGER, listed=False, formed=True, exported=True, short="limit",
              filtered=True, hint="0 to 63, the master not counted"),
        Field("allow_id_access", "Allow ID Access", Kind.FLAG, listed=False, formed=True, exported=True, short="id",
              filtered=True, hint="users may create ID access"),
        Field("allow_card", "Allow RF Card", Kind.FLAG, listed=False, formed=True, exported=True, short="card",
              filtered=True, hint="users may create RF cards; premium"),
        Field("master", "Master", width=16, importance=2, exported=False, filtered=True),
        Field("residents", "Residents", Kind.INTEGER, width=9, importance=2, align_right=True, filtered=True,
              sorted=True),
        Field("devices", "Devices", Kind.INTEGER, width=7, importance=3, align_right=True, filtered=True, sorted=True),
        Field("account_status", "Account status", Kind.STATE, listed=False, exported=True, choices=ACCOUNT_STATES,
              vocabulary="account", short="status", filtered=True),
        Field("move", "Move", Kind.CHOICE, listed=False, exported=False, choices=MOVES, filtered=True,
              hint="the last move of a family: planned, done, failed"),
        Field("expires_at", "Expiration", Kind.DATE, listed=False, exported=True, short="expires", filtered=True),
    ),
    verbs=(
        Verb("add", "New", "n", "apartment.create", needs_row=False),
        Verb("edit", "Edit", "e", "apartment.write"),
        Verb("handover", "Move", "m", "apartment.reset", danger=True, confirm_key="f2"),
        Verb("reset", "Reset", "z", "apartment.reset", danger=True, confirm_key="f2"),
        Verb("delete", "Delete", "d", "apartment.create", danger=True, confirm_key="y"),
    ),
    topics=frozenset({"apartments", "buildings", "residents", "devices"}),
    default_sort="number",
    read_permission="apartment.read",
    empty="There is no apartment yet.",
)  # fmt: skip
"""What is exported are the columns of rules 4.3, in that order."""
