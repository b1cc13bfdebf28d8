"""How a PIN and cards are spread over user records, and that the parts keep their numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from access_world import card, pin, utc

from backend.domain.access.parts import Owner, spread, users_of
from backend.domain.access.rules import Holder
from backend.domain.enums import CredentialKind, CredentialStatus

HERS = (("always", (1,)),)
OTHER = (("SP-other", (1, 2)),)
ANNA = Holder(7, "Anna", True, frozenset({1}))


def owner(*credentials):
    return Owner.of(ANNA, credentials)


def told(users):
    """Part, PIN, cards by number and grants of each record."""
    assert all((user.holder_id, user.name) == (7, "Anna") for user in users)
    numbers = [tuple(int(value[2:], 16) for value in user.cards) for user in users]
    return [(user.key, user.pin, cards, user.grants) for user, cards in zip(users, numbers, strict=True)]


def spread_cards(numbers, limit=2, held=None, first=HERS):
    return told(spread(ANNA, held, first, [(card(number), HERS) for number in numbers], limit))


def test_an_owner_has_what_counts_by_number():
    one = owner(
        card(9), pin(3), pin(2, status=CredentialStatus.SCHEDULED), card(4), pin(1, status=CredentialStatus.GONE)
    )
    assert [credential.id for credential in one.pins] == [2, 3]
    assert [credential.id for credential in one.cards] == [4, 9]
    assert one.values == (card(4).value, card(9).value)
    assert one.dated is False


def test_an_owner_is_dated_by_any_usable_credential():
    at = utc("2026-11-20 10:00")
    assert owner(pin(1), card(2, since=at)).dated is True
    assert owner(pin(1, until=at), card(2)).dated is True
    assert owner(pin(1), card(2, until=at, status=CredentialStatus.GONE)).dated is False


def face(number, **dates):
    return replace(pin(number, **dates), kind=CredentialKind.FACE, value=f"{number:064x}"[::-1])


def seen(users):
    return [(user.key, user.pin, user.face, user.grants) for user in users]


def test_id_access_and_qr_codes_are_not_written():
    for kind in (CredentialKind.ID_ACCESS, CredentialKind.QR):
        one = owner(replace(pin(1, since=utc("2026-11-20 10:00")), kind=kind))
        assert (one.has_codes, one.dated) == (False, False)


def test_a_face_stands_beside_the_pin_where_it_opens_the_same():
    both = owner(pin(1), face(2))
    name = face(2).value[:24]
    assert seen(users_of(both, HERS, HERS, 2, faces=HERS)) == [("SP7-1", "0001", name, HERS)]
    assert seen(users_of(owner(face(2)), HERS, HERS, 2, faces=HERS)) == [("SP7-1", None, name, HERS)]
    assert seen(users_of(both, HERS, HERS, 2)) == [("SP7-1", "0001", "", HERS)]
    assert seen(users_of(owner(face(2)), HERS, HERS, 2)) == []


def test_a_face_that_opens_otherwise_has_a_part_of_its_own():
    both, name = owner(pin(1), card(3), face(2)), face(2).value[:24]
    other = [("SP7-1", "0001", "", HERS), ("SP7-9000", None, name, OTHER)]
    assert seen(users_of(both, HERS, HERS, 2, faces=OTHER)) == other
    assert seen(users_of(owner(face(2)), (), (), 2, faces=OTHER)) == [("SP7-9000", None, name, OTHER)]
    assert seen(users_of(owner(card(3), face(2)), (), OTHER, 2, faces=OTHER)) == [
        ("SP7-1", None, "", OTHER),
        ("SP7-9000", None, name, OTHER),
    ]


def test_the_newest_face_counts_and_dates_its_owner():
    one = owner(face(2), face(5), pin(1))
    assert users_of(one, HERS, HERS, 2, faces=HERS)[0].face == face(5).value[:24]
    assert owner(pin(1), face(2, until=utc("2026-11-20 10:00"))).dated is True


def test_every_record_tells_the_floor_where_the_door_takes_one():
    living = Owner.of(replace(ANNA, floors=("3",)), [pin(1), *map(card, range(2, 6)), face(7)])
    told_floors = [user.floor for user in users_of(living, HERS, OTHER, 2, faces=OTHER, floors=True)]
    assert told_floors == ["3"] * 4
    assert {user.floor for user in users_of(living, HERS, OTHER, 2, faces=OTHER)} == {"0"}


def test_equal_grants_are_one_record():
    assert told(users_of(owner(pin(1), card(2), card(3)), HERS, HERS, 2)) == [("SP7-1", "0001", (2, 3), HERS)]
    assert told(users_of(owner(pin(1)), HERS, HERS, 2)) == [("SP7-1", "0001", (), HERS)]
    assert told(users_of(owner(card(2)), HERS, HERS, 2)) == [("SP7-1", None, (2,), HERS)]


def test_without_grants_there_is_no_record():
    assert list(users_of(owner(pin(1), card(2)), (), (), 2)) == []


def test_other_grants_are_another_record():
    assert told(users_of(owner(pin(1), card(2)), HERS, OTHER, 2)) == [
        ("SP7-1", "0001", (), HERS),
        ("SP7-2", None, (2,), OTHER),
    ]


def test_where_only_one_kind_is_taken():
    both = owner(pin(1), card(2))
    assert told(users_of(both, HERS, (), 2)) == [("SP7-1", "0001", (), HERS)]
    assert told(users_of(both, (), HERS, 2)) == [("SP7-1", None, (2,), HERS)]


def test_only_the_oldest_pin_is_used():
    assert told(users_of(owner(pin(2), pin(1)), HERS, HERS, 2)) == [("SP7-1", "0001", (), HERS)]


@pytest.mark.edge(9)
def test_cards_beyond_the_limit_go_into_further_parts():
    assert told(users_of(owner(pin(1), *map(card, range(2, 7))), HERS, HERS, 2)) == [
        ("SP7-1", "0001", (2, 3), HERS),
        ("SP7-2", None, (4, 5), HERS),
        ("SP7-3", None, (6,), HERS),
    ]


@pytest.mark.edge(9)
def test_as_many_cards_as_fit_are_one_part():
    assert [len(users_of(owner(*map(card, range(n))), HERS, HERS, 4)) for n in (1, 4, 5, 8, 9)] == [1, 1, 2, 2, 3]


def test_a_new_card_leaves_the_other_parts_alone():
    before = spread_cards([2, 3, 4, 5], held="0001")
    after = spread_cards([2, 3, 4, 5, 6], held="0001")
    assert after[: len(before)] == before
    assert after[len(before) :] == [("SP7-3", None, (6,), HERS)]


def test_a_new_card_with_other_grants_leaves_the_other_parts_alone():
    cards = [(card(2), HERS), (card(3), OTHER), (card(4), HERS), (card(5), OTHER)]
    before = told(spread(ANNA, "0001", HERS, cards, 1))
    after = told(spread(ANNA, "0001", HERS, [*cards, (card(6), HERS)], 1))
    assert before == [
        ("SP7-1", "0001", (2,), HERS),
        ("SP7-2", None, (3,), OTHER),
        ("SP7-3", None, (4,), HERS),
        ("SP7-4", None, (5,), OTHER),
    ]
    assert after == [*before, ("SP7-5", None, (6,), HERS)]


def test_a_new_pin_leaves_the_numbers_of_the_cards_alone():
    cards = [(card(2), HERS), (card(3), OTHER)]
    before = told(spread(ANNA, None, HERS, cards, 2))
    after = told(spread(ANNA, "0001", HERS, cards, 2))
    assert before == [("SP7-1", None, (2,), HERS), ("SP7-2", None, (3,), OTHER)]
    assert after == [("SP7-1", "0001", (2,), HERS), ("SP7-2", None, (3,), OTHER)]


def test_part_1_is_kept_for_the_pin():
    assert told(spread(ANNA, None, HERS, [(card(2), OTHER)], 2)) == [("SP7-2", None, (2,), OTHER)]
    assert told(spread(ANNA, "0001", HERS, [(card(2), OTHER)], 2)) == [
        ("SP7-1", "0001", (), HERS),
        ("SP7-2", None, (2,), OTHER),
    ]


def test_cards_without_grants_are_left_out():
    assert told(spread(ANNA, None, (), [(card(2), ()), (card(3), OTHER)], 2)) == [("SP7-1", None, (3,), OTHER)]
