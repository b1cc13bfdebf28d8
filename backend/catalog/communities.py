"""Communities: what Site Setup lists, forms and switches of them (rules 1.2, 15)."""

from __future__ import annotations

from backend.catalog.model import Choice, Field, Kind, Record, Verb
from backend.domain.enums import ChargeMode, PinMode

CLOCKS = (Choice("24", "24 hours"), Choice("12", "12 hours"))
DATES = (Choice("iso", "2026-12-31"), Choice("dmy", "31/12/2026"), Choice("mdy", "12/31/2026"))
PIN_MODES = (Choice(PinMode.PIN.value, "PIN"), Choice(PinMode.APT_PIN.value, "APT+PIN"))
APT_PIN_NOTE = "Set APT+PIN at each door by hand too. Until then a PIN that two share opens for both."
"""What APT+PIN mode does not do: how devices take that setting is described nowhere, so doors keep plain PINs."""
COOLS = " (taken away, not yet proved gone)"
"""What is said of a PIN that somebody had until now, behind their name and place."""

CHARGE_MODES = (
    Choice(ChargeMode.MANAGER.value, "Pay by PM"),
    Choice(ChargeMode.INSTALLER.value, "Pay by installer"),
    Choice(ChargeMode.RESIDENT.value, "Pay by residents"),
)

SWITCH_FIELDS = (
    Field("only_public_area", "Only Public Area", Kind.FLAG, listed=False,
          hint="residents: public doors only"),
    Field("premium_until", "Premium until", Kind.DATE, listed=False,
          hint="last day, as in 2027-12-31"),
    Field("landline", "Landline Service", Kind.FLAG, listed=False, hint="phones as call targets"),
    Field("id_access", "ID Access", Kind.FLAG, listed=False, hint="RUN and serial number"),
    Field("free_members", "Free members", Kind.INTEGER, listed=False, hint="members without a fee"),
    Field("with_indoor_monitor", "With Indoor Monitor", Kind.FLAG, listed=False,
          hint="an APT keeps its monitor"),
    Field("video_storage", "Video Storage", Kind.FLAG, listed=False,
          hint="premium; no effect yet"),
    Field("charge_mode", "Charge Mode", Kind.CHOICE, listed=False, choices=CHARGE_MODES,
          hint="no effect yet"),
)  # fmt: skip
"""What only an installer switches, beside the facts that a property manager may change."""

COMMUNITY = Record(
    name="community",
    title="Communities",
    singular="community",
    fields=(
        Field("name", "Name", width=0, importance=0, formed=True, required=True, max_length=64, filtered=True,
              sorted=True),
        Field("city", "City", width=18, importance=3, formed=True, max_length=128, filtered=True, sorted=True,
              section="Address"),
        Field("street", "Street", listed=False, formed=True, max_length=128, section="Address"),
        Field("postcode", "Postcode", listed=False, formed=True, max_length=128, section="Address"),
        Field("state", "State/Province", listed=False, formed=True, max_length=128, section="Address"),
        Field("country", "Country", listed=False, formed=True, section="Address",
              hint="by name or code; fills in calling codes"),
        Field("timezone", "Time zone", width=18, importance=2, formed=True, required=True, section="Time",
              hint="as in Europe/Berlin"),
        Field("clock_format", "Clock", Kind.CHOICE, listed=False, formed=True, choices=CLOCKS, section="Time"),
        Field("date_format", "Date", Kind.CHOICE, listed=False, formed=True, choices=DATES, section="Time"),
        Field("pin_mode", "PIN access mode", Kind.CHOICE, listed=False, formed=True, choices=PIN_MODES,
              section="Access", hint="unique: all, or in an APT"),
        Field("buildings", "Buildings", Kind.INTEGER, width=9, importance=4, align_right=True),
        Field("apartments", "Apartments", Kind.INTEGER, width=10, importance=4, align_right=True),
        Field("devices", "Devices", Kind.INTEGER, width=7, importance=5, align_right=True),
        *SWITCH_FIELDS,
    ),
    verbs=(
        Verb("add", "New community", "n", "community.write", undoable=False, needs_row=False),
        Verb("edit", "Edit", "e", "community.edit"),
        Verb("switch", "Switches", "w", "community.write"),
    ),
    topics=frozenset({"communities", "buildings", "apartments", "devices"}),
    default_sort="name",
    read_permission="community.read",
    empty="There is no community yet.",
)  # fmt: skip
