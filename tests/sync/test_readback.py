"""What a device truly holds against what we believed, and what it must not hold any more."""

from __future__ import annotations

import pytest

from backend.domain.access.results import DoorUser
from backend.sync.difference import HeldSchedule, canonical
from backend.sync.proofs import Freed
from backend.sync.readback import NotKept, Proof, as_door_user, compare, prove
from tests.sync.makers import DAY, SEALER, held, remote_user, user

HERE = {DAY: HeldSchedule("3", "1003")}


def test_a_record_of_ours_is_read_in_our_terms() -> None:
    found = as_door_user(remote_user(cards=("AA",), grants=(("1004", (2, 1)), ("1003", (1,)))), {"1003": DAY})
    assert found == user(cards=("AA",), grants=(("?1004", (1, 2)), (DAY, (1,))))
    assert as_door_user(remote_user(pin=""), {}) == user(pin=None, grants=(("?1001", (1,)),))


@pytest.mark.parametrize("user_id", ["", "77", "SP0-1", "SP1", "SP1-1x", "sp1-1", "X SP1-1"])
def test_a_record_of_somebody_else_is_none_of_ours(user_id: str) -> None:
    assert as_door_user(remote_user(user_id), {}) is None


def test_what_was_believed_and_found_is_no_drift() -> None:
    anna = user(grants=(("always", (1,)), (DAY, (1,))))
    found = compare(
        [remote_user(grants=(("1001", (1,)), ("1003", (1,)))), remote_user("77", remote_id="8")],
        HERE,
        {"SP1-1": held(anna)},
        SEALER.fingerprint,
    )
    assert found.ours == {"SP1-1": held(anna, "7")}
    assert canonical(found.bodies["SP1-1"]) == canonical(anna)
    assert (found.spare, found.unmanaged, found.drift) == ((), 1, 0)


def test_every_wrong_belief_is_counted_once() -> None:
    changed, gone, strange, same, doubted = (user(f"SP{n}-1") for n in (1, 2, 3, 4, 5))
    found = compare(
        [
            remote_user("SP1-1", pin="9999", remote_id="1"),
            remote_user("SP3-1", remote_id="3"),
            remote_user("SP4-1", remote_id="4"),
        ],
        {},
        {"SP1-1": held(changed), "SP2-1": held(gone), "SP4-1": held(same), "SP5-1": held(doubted, unknown=True)},
        SEALER.fingerprint,
    )
    assert found.drift == 3
    assert found.ours["SP1-1"].mac == SEALER.fingerprint(canonical(user("SP1-1", pin="9999")))
    assert found.ours["SP3-1"] == held(strange, "3")
    assert not any(one.unknown for one in found.ours.values())


def test_a_doubtful_belief_is_neither_wrong_nor_strange() -> None:
    doubted = {"SP1-1": held(user(), unknown=True)}
    assert compare([remote_user()], {}, doubted, SEALER.fingerprint).drift == 0
    assert compare([], {}, doubted, SEALER.fingerprint).drift == 0


def test_everybody_who_is_not_ours_is_counted() -> None:
    found = compare([remote_user("77", remote_id="8"), remote_user("78", remote_id="9")], {}, {}, SEALER.fingerprint)
    assert found.unmanaged == 2


def test_the_second_record_under_one_key_is_spare() -> None:
    found = compare(
        [remote_user(remote_id="1"), remote_user(pin="1111", remote_id="2"), remote_user(remote_id="3")],
        {},
        {},
        SEALER.fingerprint,
    )
    assert found.spare == ("2", "3")
    assert found.ours["SP1-1"].remote_id == "1"


def freed(number: int, kind: str, value: str, holder_id: int = 1) -> Freed:
    """A credential that was taken away."""
    return Freed(number, holder_id, kind, value)


@pytest.mark.feature("SYNC-03")
def test_a_code_that_no_record_carries_is_proved_gone() -> None:
    taken = [freed(1, "pin", "2741"), freed(2, "card", "0A3C"), freed(3, "face", "x")]
    assert prove(taken, [], ()) == Proof((1, 2, 3), (), 0)
    assert prove(taken, [remote_user(pin="5555", cards=("FFFF",))], ()) == Proof((1, 2, 3), (), 0)


@pytest.mark.feature("SYNC-03")
def test_a_code_that_its_owner_still_has_at_the_door_is_no_proof() -> None:
    taken = [freed(1, "pin", "2741"), freed(2, "card", "0A3C"), freed(3, "card", "2741")]
    assert prove(taken, [remote_user(cards=("0a3c",))], ()) == Proof((3,), (1, 2), 2)
    assert prove(taken, [remote_user("SP1-4", pin="2741")], ()) == Proof((2, 3), (1,), 1)


@pytest.mark.feature("SYNC-03")
def test_every_record_at_the_door_is_looked_through_for_a_card() -> None:
    taken = [freed(1, "card", "0A3C")]
    both = [remote_user(cards=("0A3C",)), remote_user("SP1-2", cards=("FFFF",))]
    assert prove(taken, both, ()) == Proof((), (1,), 1)


@pytest.mark.feature("SYNC-03")
def test_a_code_in_a_record_of_a_stranger_is_no_proof_and_not_ours_to_mend() -> None:
    taken = [freed(1, "pin", "2741"), freed(2, "card", "0A3C")]
    assert prove(taken, [remote_user("77", cards=("0A3C",))], ()) == Proof((), (1, 2), 0)


def test_somebody_else_of_ours_may_have_the_same_code_rightly() -> None:
    taken = [freed(1, "pin", "2741", holder_id=2)]
    rightly = DoorUser("SP1-1", 1, "Anna Kowalska", "2741", (), ())
    assert prove(taken, [remote_user("SP1-1")], [rightly]) == Proof((1,), (), 0)


@pytest.mark.feature("SYNC-03")
def test_somebody_else_of_ours_who_should_not_have_the_code_is_no_proof() -> None:
    """A record of another person that was edited at the device opens the door like the one that was taken away."""
    taken = [freed(1, "pin", "2741", holder_id=2)]
    wanted = DoorUser("SP1-1", 1, "Anna Kowalska", "5555", (), ())
    assert prove(taken, [remote_user("SP1-1")], [wanted]) == Proof((), (1,), 1)


def test_a_value_never_shows_in_a_representation() -> None:
    assert "2741" not in repr(freed(1, "pin", "2741"))


def test_a_promise_not_kept_says_so_and_is_certain() -> None:
    error = NotKept("The device did not keep 2 of the changes sent to it.")
    assert str(error) == "The device did not keep 2 of the changes sent to it."
    assert not error.ambiguous
