"""What was typed of an apartment, put in order (rules 4; edge case 39)."""

from __future__ import annotations

from typing import Any

from backend.domain.apartments import MEMBER_LIMIT_MOST, ApartmentPatch, Plan
from backend.domain.calling import CallWay
from backend.domain.enums import CallType
from backend.domain.errors import Invalid
from backend.domain.names import check_apartment, clean, fold

NAME_LONGEST = 64
RANGE_LONGEST = 1_000
"""Apartments made in one act."""


def checked_name(name: str) -> str:
    """The name as it is kept, "" for none; raises Invalid (name)."""
    checked = clean(name, len(name) + 1)
    if len(checked) > NAME_LONGEST:
        raise Invalid({"name": f"At most {NAME_LONGEST} characters, this has {len(checked)}."})
    return checked


def checked_patch(patch: ApartmentPatch, now: Any, plan: Plan) -> dict[str, Any]:
    """The columns that a patch changes on the row `now`; raises Invalid with every bad field.

    What the community does not have can be switched off, never on (rules 1.2).
    """
    wanted = patch.model_dump(exclude_none=True)
    bad: dict[str, str] = {}
    if patch.name is not None:
        try:
            wanted["name"] = checked_name(patch.name)
            wanted["name_fold"] = fold(wanted["name"])
        except Invalid as error:
            bad |= error.fields
    if patch.call_type is not None and patch.call_type not in set(CallType):
        bad["call_type"] = f"There is no call type '{patch.call_type}'."
    if patch.sip_or_ip is not None and patch.sip_or_ip not in set(CallWay):
        bad["sip_or_ip"] = "Calls are sip or ip."
    if patch.member_limit is not None and not 0 <= patch.member_limit <= MEMBER_LIMIT_MOST:
        bad["member_limit"] = f"A limit is 0 to {MEMBER_LIMIT_MOST} family members; the master does not count."
    if patch.allow_id_access and not now.allow_id_access and not plan.id_access:
        bad["allow_id_access"] = "This community has no ID Access. An installer can switch it on."
    if patch.allow_card and not now.allow_card and not plan.premium:
        bad["allow_card"] = "This needs the premium feature plan, which does not run here."
    if bad:
        raise Invalid(bad)
    return wanted


def numbers_of(first: str, last: str) -> tuple[list[str], dict[str, str]]:
    """The numbers of a range, as wide as `first` is written, and what is wrong with it by field."""
    bad: dict[str, str] = {}
    ends = {"first": first.strip(), "last": last.strip()}
    for field, text in ends.items():
        try:
            check_apartment(text)
        except Invalid as error:
            bad[field] = error.fields["apartment"]
    if bad:
        return [], bad
    low, high = int(ends["first"]), int(ends["last"])
    if high < low:
        return [], {"last": "The last number is below the first."}
    if high - low >= RANGE_LONGEST:
        return [], {"last": f"At most {RANGE_LONGEST} apartments at once, this would be {high - low + 1}."}
    width = len(ends["first"])
    return [f"{number:0{width}}" for number in range(low, high + 1)], {}
