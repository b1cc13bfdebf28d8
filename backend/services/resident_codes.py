"""Which PINs, cards, faces and ID access of somebody come and go with a draft or a patch (rules 5.3, 5.6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backend.domain.codes import check_pin, normalise_card
from backend.domain.enums import CredentialKind, Origin
from backend.domain.errors import Invalid
from backend.domain.id_access import check_id_access, split_value
from backend.domain.residents import ResidentDraft, ResidentPatch
from backend.domain.staff import StaffDraft, StaffPatch
from backend.services.credentials import Value, free, issue
from backend.services.homes import Home
from backend.services.photos import keep_photo
from backend.services.resident_problems import Problems
from backend.store.work import Work

MOST_CARDS = 20
"""A door keeps four cards in a record and takes further records for the same person; this fills five of them."""

MOST_PHOTO_BYTES = 200_000
"""The most that a device takes of a face (device protocol 1.7)."""

Live = Mapping[int, tuple[CredentialKind, str]]
"""The credentials that a person has, by id."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Credentials to free, values to issue with the field that each was typed in, and the photo of a new face."""

    free: tuple[int, ...]
    values: tuple[tuple[str, Value], ...]
    face: bytes | None = field(default=None, repr=False)


@dataclass(slots=True)
class _Sorter:
    """Sorts what was typed into what comes and what goes."""

    problems: Problems
    home: Home | None
    live: Live
    origin: Origin
    gone: set[int] = field(default_factory=set)
    come: list[tuple[str, CredentialKind, str]] = field(default_factory=list)

    def of_kind(self, kind: CredentialKind) -> dict[int, str]:
        """What is there of a kind."""
        return {one: text for one, (found, text) in self.live.items() if found is kind}

    def replace(self, name: str, kind: CredentialKind, text: str) -> None:
        """Have `text` as the only one of its kind, "" for none."""
        self.gone |= {one for one, there in self.of_kind(kind).items() if there != text}
        if text:
            self.come.append((name, kind, text))

    def add(self, name: str, kind: CredentialKind, texts: Iterable[str]) -> None:
        """Have these beside what is there."""
        self.come += [(name, kind, text) for text in texts]

    def codes(self, face: bytes | None) -> Codes:
        """What was sorted, without what the person has and keeps."""
        kept = {value for one, value in self.live.items() if one not in self.gone}
        values: dict[Value, str] = {}
        for name, kind, text in self.come:
            if (kind, text) not in kept and self.home is not None:
                scope = self.home.scope(kind)
                values.setdefault(Value(kind, text, scope, self.origin, self.home.community_id), name)
        new = any(value.kind is CredentialKind.FACE for value in values)
        return Codes(
            tuple(sorted(self.gone & self.live.keys())),
            tuple((name, value) for value, name in values.items()),
            face if new else None,
        )


def new_codes(problems: Problems, home: Home | None, draft: ResidentDraft | StaffDraft, origin: Origin) -> Codes:
    """The codes of somebody new; what is wrong is kept in `problems`."""
    sorter = _Sorter(problems, home, {}, origin)
    sorter.replace("pin", CredentialKind.PIN, checked_pin(problems, "pin", draft.pin))
    _add_cards(sorter, "cards", draft.cards)
    _put_id_access(sorter, draft.run, draft.serial)
    _put_face(sorter, draft.face)
    return sorter.codes(draft.face)


def changed_codes(
    problems: Problems, home: Home, live: Live, patch: ResidentPatch | StaffPatch, origin: Origin
) -> Codes:
    """What a patch frees and issues; what is wrong is kept in `problems`."""
    sorter = _Sorter(problems, home, live, origin)
    sorter.gone |= set(patch.credentials_remove)
    if not sorter.gone <= live.keys():
        problems.refuse("credentials_remove", "One of these codes was taken away already.")
    if patch.pin is not None:
        sorter.replace("pin", CredentialKind.PIN, checked_pin(problems, "pin", patch.pin))
    sorter.add("pins_add", CredentialKind.PIN, [pin for text in patch.pins_add if (pin := _more_pin(problems, text))])
    _add_cards(sorter, "cards_add", patch.cards_add)
    if patch.run is not None or patch.serial is not None:
        there = split_value(next(iter(sorter.of_kind(CredentialKind.ID_ACCESS).values()), ""))
        run = there.run if patch.run is None else patch.run
        serial = there.serial if patch.serial is None else patch.serial
        if patch.run is not None and not patch.run.strip() and patch.serial is None:
            serial = ""  # taking the RUN away takes its card away
        _put_id_access(sorter, run, serial)
    _put_face(sorter, patch.face)
    return sorter.codes(patch.face)


def exchange(work: Work, holder_id: int, codes: Codes) -> None:
    """Free what goes and issue what comes, a face with its photo; call it within `reaching`."""
    for credential_id in codes.free:
        free(work, credential_id)
    for _, value in codes.values:
        credential_id = issue(work, holder_id, value)
        if value.kind is CredentialKind.FACE and codes.face is not None:
            keep_photo(work, credential_id, codes.face)


def checked_pin(problems: Problems, name: str, text: str) -> str:
    """The PIN, "" for none or a bad one; `name` is the field of the sentence."""
    return problems.check(name, lambda: check_pin(text), "") if text.strip() else ""


def checked_cards(problems: Problems, typed: Iterable[str], name: str) -> tuple[str, ...]:
    """The codes of the cards without empty ones and repeats (edge case 10); `name` is the field of the sentences."""
    texts = [text for text in typed if text.strip()]
    codes: dict[str, None] = {}
    for number, text in enumerate(texts, start=1):
        try:
            codes[normalise_card(text)] = None
        except Invalid as error:
            which = f"Card {number}: " if len(texts) > 1 else ""
            problems.refuse(name, which + error.fields["card"])
    return tuple(codes)


def _more_pin(problems: Problems, text: str) -> str:
    return checked_pin(problems, "pins_add", text)


def _add_cards(sorter: _Sorter, name: str, typed: Iterable[str]) -> None:
    cards = checked_cards(sorter.problems, typed, name)
    there = sorter.of_kind(CredentialKind.CARD)
    total = {text for one, text in there.items() if one not in sorter.gone} | set(cards)
    if cards and len(total) > MOST_CARDS:
        sorter.problems.refuse(name, f"One person has at most {MOST_CARDS} cards, these would be {len(total)}.")
    sorter.add(name, CredentialKind.CARD, cards)


def _put_id_access(sorter: _Sorter, run: str, serial: str) -> None:
    try:
        pair = check_id_access(run, serial)
    except Invalid as error:
        for name, sentence in error.fields.items():
            sorter.problems.refuse(name, sentence)
        return
    if pair is not None and sorter.home is not None and not sorter.home.id_access:
        sorter.problems.refuse("run", "This community has no ID access. An installer can switch it on.")
    sorter.replace("run", CredentialKind.ID_ACCESS, pair.text if pair else "")


def _put_face(sorter: _Sorter, photo: bytes | None) -> None:
    """A face takes the place of the one there is; without a new photo that stays (edge case 14)."""
    if photo is None:
        return
    if not photo.startswith(b"\xff\xd8\xff") or len(photo) > MOST_PHOTO_BYTES:
        most = MOST_PHOTO_BYTES // 1000
        sorter.problems.refuse("face", f"A face is kept as a JPEG of at most {most} kB: read the photo first.")
        return
    sorter.replace("face", CredentialKind.FACE, hashlib.sha256(photo).hexdigest())
