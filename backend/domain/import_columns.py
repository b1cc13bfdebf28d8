"""Which column of a table means what: by its heading in any case, order and usual language, else by what it holds.

The columns of the template and their order are those of the guide (Residents, "Template Description"; rules 5.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from backend.domain.names import fold
from backend.domain.sheets import Sheet, SheetRow, text_of

LOOKED_AT = 200
"""Rows that are looked at to guess what a column holds."""
MOSTLY = 0.7
"""Share of the cells of a column that have to look alike."""
HEADING_ROWS = 10
"""Rows from the top among which the headings are looked for: a title may stand above them."""


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of a template: the field it fills, its heading, and what may be written there."""

    field: str
    heading: str
    hint: str


BUILDING = TemplateColumn("building", "Building", "Number or name of the building, at most 128 characters.")
APARTMENT = TemplateColumn("apartment", "Apt", "Number of the apartment, 1 to 6 digits, as text: 0101 is not 101.")
ROLE = TemplateColumn("role", "Account Type", "0 for the family master, 1 for a family member.")
FIRST = TemplateColumn("first", "First Name", "At most 64 characters.")
LAST = TemplateColumn("last", "Last Name", "At most 64 characters. Blank for a member: that of the master.")
CARDS = TemplateColumn("cards", "RF Card", "Hex, or dec: and a decimal number. Several with ; between.")
PIN = TemplateColumn("pin", "PIN", "2 to 8 digits, not beginning with 9, as text: 0012 is not 12.")

ADD_COLUMNS = (
    BUILDING,
    TemplateColumn("floors", "Accessible Floors", "-10 to 128, G0, G1, G2 or All Floors. Several with ; between."),
    APARTMENT,
    TemplateColumn("apartment_name", "Apt Name", "The name of the apartment, if it has one."),
    ROLE,
    FIRST,
    LAST,
    TemplateColumn("email", "Email", "Optional. The login of the app goes there."),
    TemplateColumn("mobile", "Mobile Number", "Optional. For signing in to the app."),
    TemplateColumn("calling_code", "Telephone Calling Code", "Optional, as in 48. That of the community where blank."),
    TemplateColumn("phone1", "Phone1", "Optional. A landline that is called."),
    TemplateColumn("phone2", "Phone2", "Optional. The next landline."),
    TemplateColumn("phone3", "Phone3", "Optional. The last landline."),
    CARDS,
    PIN,
    TemplateColumn("groups", "Access Group ID", "Optional. Numbers of access groups, ; between. Blank: the default."),
    TemplateColumn("remark", "Remark", 'Optional. As in "tenant", at most 128 characters.'),
)
UID = TemplateColumn("uid", "UID", "Says who is meant. Do not change it.")
EDIT_COLUMNS = (UID, *ADD_COLUMNS)
CARD_COLUMNS = (BUILDING, APARTMENT, ROLE, FIRST, LAST, CARDS, PIN)
STAFF = TemplateColumn("staff", "Staff Name", "At most 64 characters.")
STAFF_COLUMNS = (
    STAFF,
    CARDS,
    TemplateColumn("groups", "Access Group ID", "Numbers of access groups, ; between. Blank: the default."),
)
FACE_COLUMNS = (TemplateColumn("file", "Photo", "Building+Room+First Last, as in Building1+1001+Paul Edward."),)

NAME, PLACE = "name", "place"
"""Fields that no template has: first and last name in one column, building and apartment in one."""

LABELS: Mapping[str, str] = MappingProxyType(
    {column.field: column.heading for column in (*EDIT_COLUMNS, *FACE_COLUMNS, STAFF)}
    | {NAME: "Name", PLACE: "Building and Apt"}
)
"""Field -> the name of its column."""

_WORDS: Mapping[str, str] = {
    "uid": "uid|sip|uidsip|userid|residentid",
    "building": "building|buildingname|buildingnumber|bldg|block|tower|house|gebaude|haus|budynek|batiment|"
    "blok|edificio|bloque|predio|gebouw",  # codespell:ignore
    "floors": "accessiblefloors|accessiblefloor|floors|floor|etagen|etage|stockwerke|stockwerk|pietra|pietro|etages|"
    "pisos|piso|plantas|piani|piano",
    "apartment": "apt|apartment|aptnumber|apartmentnumber|aptno|flat|flatnumber|unit|unitnumber|room|roomnumber|"
    "wohnung|wohnungsnummer|mieszkanie|nrmieszkania|appartement|apartamento|appartamento|departamento|"
    "lokal|vivienda",  # codespell:ignore
    "apartment_name": "aptname|apartmentname|unitname|flatname|roomname|wohnungsname|nazwamieszkania",
    "role": "accounttype|type|role|kind|accountrole|kontoart|kontotyp|typ|typkonta|rola|tipo|tipodecuenta|ruolo",
    "first": "firstname|first|forename|givenname|vorname|imie|prenom|nombre|nome|voornaam",  # codespell:ignore
    "last": "lastname|last|surname|familyname|nachname|familienname|nazwisko|nomdefamille|nom|apellido|apellidos|"
    "cognome|sobrenome|achternaam",
    "name": "name|fullname|residentname|resident|tenant|tenantname|person|nazwaosoby|bewohner|mieter|mieszkaniec",
    "staff": "staffname|staff|staffmember|employee|employeename|personal|mitarbeiter|pracownik|empleado|medewerker",
    "place": "address|place|location|buildingapt|buildingandapt|adresse|adres|direccion",  # codespell:ignore
    "email": "email|emailaddress|mail|mailaddress|eaddress|emailadresse|adresemail|correo|correoelectronico|courriel",
    "mobile": "mobilenumber|mobile|mobilephone|cell|cellphone|cellnumber|handy|handynummer|mobil|mobilnummer|komorka|"
    "telefonkomorkowy|portable|movil|celular|cellulare",
    "calling_code": "telephonecallingcode|callingcode|countrycode|areacode|dialcode|prefix|vorwahl|landesvorwahl|"
    "kierunkowy|prefijo|prefisso|indicatif",
    "phone1": "phone1|phone|telephone|tel|landline|landline1|phonenumber|telefon|telefon1|telephone1|telefono",
    "phone2": "phone2|landline2|telefon2|telephone2|tel2|telefono2",
    "phone3": "phone3|landline3|telefon3|telephone3|tel3|telefono3",
    "cards": "rfcard|rfcards|card|cards|cardnumber|cardno|cardcode|rfid|rfidcard|fob|tag|badge|keycard|karte|karten|"
    "kartennummer|karta|karty|numerkarty|carte|tarjeta|tessera",
    "pin": "pin|pincode|code|doorcode|kod|kodpin|codepin",
    "groups": "accessgroupid|accessgroupids|accessgroup|accessgroups|group|groups|groupid|groupids|gruppe|gruppen|"
    "zugangsgruppe|grupa|grupy|groupe|grupo|grupos",  # codespell:ignore
    "remark": "remark|remarks|note|notes|comment|comments|bemerkung|bemerkungen|notiz|uwagi|uwaga|remarque|"
    "observaciones|comentario|nota",
}
_FIELD_OF = {word: field for field, words in _WORDS.items() for word in words.split("|")}
_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_NO_LETTER = re.compile(r"[^a-z0-9]+")

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NAMED_EMAIL = re.compile(r"[^<>]*<[^@\s]+@[^@\s]+>")
_APARTMENT = re.compile(r"[0-9]{1,6}")
_PIN = re.compile(r"[0-9]{2,8}")
_CARD = re.compile(r"(?:dec:[0-9]{8,10}|[0-9A-Fa-f]{6,16})(?:\s*;\s*[0-9A-Fa-f]{6,16})*", re.IGNORECASE)
_LETTERED = re.compile(r"[A-Fa-f]")
_CARD_DIGITS = (8, 14, 16)
"""Digits of a card that has no letter; of nine to thirteen digits are telephone numbers."""
_PHONE = re.compile(r"\+?[0-9 ()./-]{7,20}")
_ROLE = re.compile(r"[01]|master|member", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
"""A remark has letters: digits that nobody understands may be codes, which no remark may hold."""
_WORDY = re.compile(r"[^\W\d_][^@]*")


def heading_field(heading: str) -> str:
    """The field that a heading names, "" for one that says nothing to us."""
    return _FIELD_OF.get(_NO_LETTER.sub("", fold(_BRACKETS.sub(" ", heading))), "")


@dataclass(frozen=True, slots=True)
class Columns:
    """The field of each column ("" for one that is left out), and the row of the headings, 0 where there are none."""

    fields: tuple[str, ...]
    heading_row: int = 0

    def first_of(self, field: str) -> int | None:
        """The index of the column that fills `field`."""
        return self.fields.index(field) if field in self.fields else None


def by_headings(sheet: Sheet) -> Columns | None:
    """The columns by the row of the first ten that names most of them; None where no row names two."""
    best: tuple[str, ...] = ()
    row_number = 0
    for row in sheet.rows[:HEADING_ROWS]:
        fields = _once([heading_field(cell) if isinstance(cell, str) else "" for cell in row.cells])
        if _named(fields) > _named(best):
            best, row_number = fields, row.number
    return Columns(best, row_number) if _named(best) > 1 else None


def by_content(rows: Sequence[SheetRow], buildings: Collection[str], apartments: Collection[str]) -> Columns:
    """The columns by what they hold; `buildings` are the folded names of those that there are."""
    width = max((len(row.cells) for row in rows), default=0)
    taken: list[str] = []
    fields = []
    for index in range(width):
        cells = (row.cells[index] for row in rows[:LOOKED_AT] if index < len(row.cells))
        texts = [text for cell in cells if (text := text_of(cell).strip())]
        found = _guess(texts, taken, buildings, apartments)
        taken.append(found)
        fields.append(found)
    if fields.count("first") == 1 and "last" not in fields and "name" not in fields:
        fields[fields.index("first")] = NAME
    return Columns(tuple(fields))


def _guess(
    texts: Sequence[str], taken: Collection[str], buildings: Collection[str], apartments: Collection[str]
) -> str:
    if not texts:
        return ""
    tests: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("email", _EMAIL.fullmatch),
        ("building", lambda text: fold(text) in buildings),
        (PLACE, lambda text: _place(text, buildings)),
        ("role", _ROLE.fullmatch),
        (NAME, lambda text: _NAMED_EMAIL.fullmatch(text) or ("first" not in taken and _full_name(text))),
        ("apartment", lambda text: _APARTMENT.fullmatch(text) and (text in apartments or not apartments)),
        ("cards", lambda text: _CARD.fullmatch(text) and (_LETTERED.search(text) or len(text) in _CARD_DIGITS)),
        ("pin", _PIN.fullmatch),
        ("mobile", _PHONE.fullmatch),
        ("first", _WORDY.fullmatch),
        ("last", _WORDY.fullmatch),
        ("remark", _LETTER.search),
    )
    for field, test in tests:
        if field not in taken and sum(bool(test(text)) for text in texts) >= MOSTLY * len(texts):
            return field
    return ""


def _full_name(text: str) -> bool:
    return bool(_WORDY.fullmatch(text)) and len(text.replace(",", " ").split()) > 1


def _place(text: str, buildings: Collection[str]) -> bool:
    building, _, number = text.strip().rpartition(" ")
    return fold(building.strip(" ,/-")) in buildings and bool(_APARTMENT.fullmatch(number))


def _once(fields: Sequence[str]) -> tuple[str, ...]:
    """Each field once: of two columns of one name the first counts."""
    seen: set[str] = set()
    kept = []
    for field in fields:
        kept.append("" if field in seen else field)
        seen.add(field)
    return tuple(kept)


def _named(fields: Sequence[str]) -> int:
    return sum(1 for field in fields if field)
