"""Sealed values are bound to their place and their key; what they are found by tells nothing of them."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import Unreachable
from backend.store.seal import Sealer

pytestmark = pytest.mark.feature("OPS-06")
SEALER = Sealer(bytes(range(32)))
OTHER = Sealer(bytes(32))


@given(st.text())
def test_what_is_sealed_is_opened_at_its_place(value: str) -> None:
    sealed = SEALER.seal_text("credential.value:7", value)
    assert SEALER.open_text("credential.value:7", sealed) == value


def test_a_sealed_value_opens_nowhere_else() -> None:
    sealed = SEALER.seal_text("credential.value:7", "4711")
    with pytest.raises(Unreachable, match=r"credential\.value"):
        SEALER.open_text("credential.value:8", sealed)


def test_another_key_opens_nothing_and_the_sentence_keeps_the_row() -> None:
    sealed = SEALER.seal_text("credential.value:77", "4711")
    with pytest.raises(Unreachable) as caught:
        OTHER.open_text("credential.value:77", sealed)
    assert "4711" not in str(caught.value)
    assert "77" not in str(caught.value)


@given(st.integers(0, 43))
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(SEALER.seal("a.b:1", bytes(16)))
    sealed[position] ^= 1
    with pytest.raises(Unreachable):
        SEALER.open("a.b:1", bytes(sealed))


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert SEALER.seal_text("a.b:1", "4711") != SEALER.seal_text("a.b:1", "4711")


def test_the_index_knows_kind_value_and_key() -> None:
    found = SEALER.index("pin", "4711")
    assert found == SEALER.index("pin", "4711")
    assert len({found, SEALER.index("card", "4711"), SEALER.index("pin", "4712"), OTHER.index("pin", "4711")}) == 4


def test_a_fingerprint_counts_content_not_order_and_needs_the_key() -> None:
    assert SEALER.fingerprint({"a": 1, "b": "4711"}) == SEALER.fingerprint({"b": "4711", "a": 1})
    assert SEALER.fingerprint({"a": 1}) != OTHER.fingerprint({"a": 1})


def test_the_canary_knows_its_key() -> None:
    assert SEALER.knows(SEALER.canary())
    assert not OTHER.knows(SEALER.canary())
    assert not SEALER.knows(b"")


def test_a_sealer_shows_no_key() -> None:
    master = os.urandom(32)
    assert master.hex() not in repr(Sealer(master))
    assert repr(master) not in repr(vars(Sealer(master)))
