"""Who is signed in: what a proxy's headers make of a person, and what they do not."""

from __future__ import annotations

import pytest

from dashboard.readers import Reader, from_groups


@pytest.mark.parametrize(
    ("groups", "reader"),
    [
        ("reader:ZQA", Reader("Jo", "ZQA")),
        ("lead:ZQA", Reader("Jo", "ZQA", may_act=True)),
        ("reader:ZQA,lead:ZQA", Reader("Jo", "ZQA", may_act=True)),
        ("staff, lead:zqa ,everybody", Reader("Jo", "ZQA", may_act=True)),
        ("office", Reader("Jo")),
        ("office,reader:ZQA", Reader("Jo", "ZQA")),
        ("", None),
        ("staff", None),
        ("lead:", None),
        ("lead:ZQA' or 1=1", None),
        ("reader:ZQA,lead:ZQB", None),
    ],
)
def test_groups_tell_the_provider_and_whether_one_may_act(groups, reader):
    assert from_groups("Jo", groups) == reader


def test_without_a_name_nobody_is_signed_in():
    assert from_groups("  ", "lead:ZQA") is None


def test_a_name_is_kept_to_what_can_be_printed_and_to_a_length():
    reader = from_groups("Jo\r\nX-Evil: 1\x00" + "o" * 300, "office")
    assert reader.name.startswith("JoX-Evil: 1o")
    assert len(reader.name) == 100


def test_the_office_is_who_has_no_provider():
    assert Reader("Jo").is_office
    assert not Reader("Jo", "ZQA").is_office
