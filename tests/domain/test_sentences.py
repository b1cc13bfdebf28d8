"""Several things said in one line stay sentences."""

from __future__ import annotations

from backend.domain.errors import Invalid
from backend.domain.sentences import sentences


def test_sentences_follow_each_other_and_fragments_get_their_end() -> None:
    assert sentences(["new PIN, + card ··6C", "This PIN is part of another."]) == (
        "new PIN, + card ··6C. This PIN is part of another."
    )
    assert sentences(["Write a name.", "", "Write a name."]) == "Write a name."


def test_an_error_of_several_fields_reads_as_sentences() -> None:
    assert str(Invalid({"name": "Write a name.", "pin": "This PIN is too short."})) == (
        "Write a name. This PIN is too short."
    )
