"""Device models as data: what each line of devices can do and how it wants to be spoken to.

Sources are the sections of the protocol document; what is inferred there stays a field here, so that a real device can
correct it in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from backend.domain.firmware import firmware_numbers

Dialect = Literal["path_post", "body_post", "get_set"]
ScheduleAlias = Literal["ScheduleRelay", "Schedule-Relay"]

_FULL_RECORD = ("Name", "UserID", "ScheduleRelay", "LiftFloorNum", "WebRelay")


@dataclass(frozen=True, slots=True)
class Profile:
    """One line of devices from one firmware on (protocol 1.6, 1.8, 1.12).

    `firmware_floor` begins with the model number; a firmware of another model number is another device.
    `page_size` is None where the whole list comes in one reply. `schedule_alias` is the spelling the firmware honours;
    both are always written. `dialect` is tried first. `bulk` records per request keep it under a second. `gap` and
    `settle` are seconds: between two requests, and between a write and reading the same list. `mandatory` fields must
    be in a new user. `end_minute_inclusive`: a window that ends 17:59 closes at 18:00. `faces`: photos are uploaded and
    named in a user's `FaceUrl` and `FaceFileName` (protocol 1.7 b). `floors`: `LiftFloorNum` is a person's floor, else
    it is left as it is. `note` is for the person.
    """

    name: str
    model_prefix: str
    firmware_floor: tuple[int, ...]
    relays: int
    page_size: int | None
    schedule_alias: ScheduleAlias
    dialect: Dialect
    digest: bool
    groups: bool
    max_users: int
    bulk: int
    max_schedules: int = 100
    max_cards_per_user: int = 4
    gap: float = 0.25
    settle: float = 2.0
    mandatory: tuple[str, ...] = _FULL_RECORD
    end_minute_inclusive: bool = True
    faces: bool = False
    floors: bool = False
    note: str = ""


X916 = Profile(
    name="X916",
    model_prefix="X916",
    firmware_floor=(916, 30, 10),
    relays=4,
    page_size=10,
    schedule_alias="ScheduleRelay",
    dialect="path_post",
    digest=True,
    groups=True,
    max_users=10_000,
    bulk=8,
    faces=True,
    floors=True,
)
E18C = Profile(
    name="E18C",
    model_prefix="E18C",
    firmware_floor=(18, 30, 11),
    relays=2,
    page_size=10,
    schedule_alias="Schedule-Relay",
    dialect="path_post",
    digest=True,
    groups=True,
    max_users=4_000,
    bulk=5,
    floors=True,
)
R20A = Profile(
    name="R20A",
    model_prefix="R20A",
    firmware_floor=(320, 30, 11, 63),
    relays=2,
    page_size=None,
    schedule_alias="ScheduleRelay",
    dialect="body_post",
    digest=True,
    groups=True,
    max_users=4_000,
    bulk=5,
    mandatory=("CardCode", "ScheduleRelay"),
)
A08S = Profile(
    name="A08S",
    model_prefix="A08S",
    firmware_floor=(108, 30, 10, 144),
    relays=1,
    page_size=10,
    schedule_alias="ScheduleRelay",
    dialect="path_post",
    digest=True,
    groups=False,
    max_users=4_000,
    bulk=5,
    floors=True,
)
PROFILES: tuple[Profile, ...] = (X916, E18C, R20A, A08S)

GENERIC = Profile(
    name="generic",
    model_prefix="",
    firmware_floor=(),
    relays=4,
    page_size=10,
    schedule_alias="ScheduleRelay",
    dialect="path_post",
    digest=True,
    groups=False,
    max_users=1_000,
    bulk=1,
    gap=0.5,
)

_UNSAFE_MODELS = ("E11", "C315")


def profile_for(model: str, firmware: str) -> Profile:
    """The profile of a device that calls itself `model` with `firmware` ("916.30.10.114").

    The longest model prefix wins; the firmware must have the profile's model number and not be older than its floor,
    number by number. Anything else gets the careful generic profile with a note that says why (protocol 1.12, 9).
    """
    name = model.strip().upper()
    if name.startswith(_UNSAFE_MODELS):
        return replace(
            GENERIC, note=f"{model} has published holes without a fix: replace it or cut it off the network."
        )
    known = max(
        (p for p in PROFILES if name.startswith(p.model_prefix)), key=lambda p: len(p.model_prefix), default=None
    )
    if known is None:
        return replace(
            GENERIC, note=f"The model {model or 'without a name'} is not known here; it is handled with care."
        )
    numbers = firmware_numbers(firmware)
    if numbers[:1] != known.firmware_floor[:1]:
        return replace(
            GENERIC, note=f"The firmware {firmware} is not one of the {known.name}; it is handled with care."
        )
    if numbers < known.firmware_floor:
        floor = ".".join(map(str, known.firmware_floor))
        return replace(
            GENERIC, note=f"The firmware {firmware} is older than {floor}: update it; it is handled with care."
        )
    return known
