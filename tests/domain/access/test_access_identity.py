"""Which device users are ours."""

from __future__ import annotations

import pytest

from backend.domain.access.identity import parse_user_key, user_key


@pytest.mark.parametrize(("holder", "part"), [(1, 1), (1041, 2), (10**18 - 1, 9999)])
def test_a_key_says_whose_it_is(holder, part):
    assert user_key(holder, part) == f"SP{holder}-{part}"
    assert parse_user_key(user_key(holder, part)) == (holder, part)


@pytest.mark.parametrize(
    "text",
    [
        *("", "SP", "SP1", "SP1-", "SP-1", "SP0-1", "SP1-0", "SP01-1", "SP1-01", "sp1-1", "1-1", "SP1-1-1"),
        *(
            " SP1-1",
            "SP1-1 ",
            "SP1-1\n",
            "SP+1-1",
            "SP1_0-1",
            "SP١-1",
            "SP1-10000",
            f"SP{10**18}-1",
            "SP" + "1" * 5000 + "-1",
        ),
    ],
)
def test_what_we_did_not_write_is_not_ours(text):
    assert parse_user_key(text) is None
