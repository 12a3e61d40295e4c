"""The page of false alarms tells what the bench has found."""

from __future__ import annotations

import re

import pytest

from bench.alarms.page import BLOCKS, PAGE, renewed, results

TEXT = PAGE.read_text()


def test_every_table_of_the_page_is_that_of_the_committed_results():
    assert renewed(TEXT, results()) == TEXT, "run: .venv/bin/python -m bench.alarms.page"


def test_every_block_stands_on_the_page_once():
    assert sorted(re.findall(r"<!-- begin (\w+) -->", TEXT)) == sorted(BLOCKS)


def test_a_figure_that_differs_is_another_page():
    detail = results()
    detail["network"]["series"] += 1
    assert renewed(TEXT, detail) != TEXT


@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_that_was_written_over_by_hand_is_made_again(name):
    spoilt = re.sub(rf"(<!-- begin {name} -->).*(<!-- end {name} -->)", r"\1\nby hand\n\2", TEXT, flags=re.DOTALL)
    assert spoilt != TEXT and renewed(spoilt, results()) == TEXT
