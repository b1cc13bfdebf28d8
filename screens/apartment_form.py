"""The settings of an apartment: calls, and what users may make in the app (feature APT-03; rules 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.catalog.apartments import CALL_TYPES, CALL_WAYS
from backend.domain.errors import Invalid
from screens.base.plain_form import PlainForm
from screens.base.session import Session
from widgets.dialog import PickRow
from widgets.form import FixedField, FormField, PickField, SwitchField, TextField

if TYPE_CHECKING:
    from backend.domain.apartments import ApartmentRecord
    from backend.domain.records import Saved

FLAGS = ("allow_qr", "allow_face", "member_limit_on", "allow_id_access", "allow_card")
"""Switches; what the community does not have is shown and cannot be turned."""
_NOT_A_LIMIT = "A limit is 0 to 63 family members; the master does not count."


class ApartmentForm(PlainForm):
    """Name, call type, kind of call, and what users may make in the app."""

    MODULE = "a"
    MAKES = "apartment"
    TITLE_TEXT = "Edit apartment"

    def __init__(self, session: Session, apartment_id: int) -> None:
        super().__init__(session)
        self._apartment_id = apartment_id
        self._record: ApartmentRecord | None = None

    def about(self) -> str:
        """Which apartment."""
        return self._record.place if self._record else ""

    def sections(self) -> dict[str, Sequence[FormField]]:
        """The guide's form, in its order."""
        community = self.session.community
        return {
            "Apartment": (TextField("name", "Name", hint="may be empty", max_length=64),),
            "Calls": (
                PickField("call_type", "Call type", options=[PickRow(one.value, one.label) for one in CALL_TYPES]),
                PickField("sip_or_ip", "SIP or IP call", options=[PickRow(one.value, one.label) for one in CALL_WAYS]),
            ),
            "Users may": (
                SwitchField("allow_qr", "Create QR code"),
                SwitchField("allow_face", "Register Face ID", hint="faces from the app"),
                SwitchField("member_limit_on", "Family member limit"),
                TextField("member_limit", "At most", hint="0 to 63, without the master", max_length=2),
                SwitchField("allow_id_access", "Create ID access")
                if community.id_access
                else FixedField("allow_id_access", "Create ID access", hint="the community has no ID Access"),
                SwitchField("allow_card", "Create RF card")
                if community.premium_until
                else FixedField("allow_card", "Create RF card", hint="needs the premium feature plan"),
            ),
        }

    async def load(self) -> None:
        """Begin with what is set."""
        self.form.begin(await self.now())
        self.form.focus_first()
        self.plan_soon()

    async def now(self) -> Mapping[str, Any]:
        """The settings as they stand."""
        session = self.session
        record = self._record = await session.ask(session.engine.apartments.get, session.context, self._apartment_id)
        values = record.model_dump(include={"name", "call_type", "sip_or_ip", *FLAGS})
        fields = self.form.fields
        fixed = {name: "No" for name in FLAGS if isinstance(fields[name], FixedField)}
        return {**values, **fixed, "member_limit": str(record.member_limit)}

    async def advise(self) -> Mapping[str, str]:
        """What would be saved without effect."""
        from backend.domain.apartments import oddities
        from backend.domain.enums import CallType

        record, values = self._record, self.form.values()
        if record is None:
            return {}
        return oddities(
            call_type=CallType(values["call_type"] or record.call_type),
            phones=record.phones,
            allow_face=values["allow_face"],
            limit=_limit(values["member_limit"]) if values["member_limit_on"] else None,
            members=record.members,
            plan=record.plan,
        )

    async def save(self) -> Saved:
        """Change what differs."""
        from backend.domain.apartments import ApartmentPatch

        record, changes = self._record, self.form.changes()
        assert record is not None
        if "member_limit" in changes:
            changes["member_limit"] = _limit(changes["member_limit"])
            if changes["member_limit"] is None:
                raise Invalid({"member_limit": _NOT_A_LIMIT})
        patch = ApartmentPatch(**{name: value for name, value in changes.items() if value not in ((), None)})
        session = self.session
        return await session.ask(
            session.engine.apartments.edit, session.act(), self._apartment_id, record.version, patch
        )

    def saved_title(self) -> str:
        """Which apartment."""
        return self.about()


def _limit(text: str) -> int | None:
    """A member limit as typed; None for what is no number."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() else None
