"""What is remembered between pages: never longer than the data are the same, and nobody waits twice for big questions."""

from __future__ import annotations

import threading
import time

import pytest

from dashboard.views import Memory, side_by_side


class Data:
    """A version that a test moves."""

    def __init__(self):
        self.version = 1

    def __call__(self):
        return self.version


def memory(data, monkeypatch, **options):
    monkeypatch.setattr("dashboard.views.LOOK_SECONDS", -1.0)  # every look asks
    return Memory(data, **options)


def test_an_answer_is_made_once_for_the_same_data(monkeypatch):
    made = []
    held = memory(Data(), monkeypatch)
    assert [held.get("q", lambda: made.append(1) or "answer") for _ in range(3)] == ["answer"] * 3
    assert len(made) == 1


def test_an_answer_is_made_anew_when_data_have_changed(monkeypatch):
    data = Data()
    held = memory(data, monkeypatch)
    assert held.get("q", lambda: "old") == "old"
    data.version = 2
    assert held.get("q", lambda: "new") == "new"


def test_a_big_answer_is_given_old_at_once_and_new_to_whoever_asks_next(monkeypatch):
    data, done = Data(), threading.Event()
    held = memory(data, monkeypatch)
    held.latest("q", lambda: "old")
    data.version = 2

    def slow():
        done.wait(5)
        return "new"

    assert held.latest("q", slow) == "old"
    assert held.latest("q", lambda: "must not be made twice at once") == "old"
    done.set()
    for _ in range(500):
        if held.latest("q", slow) == "new":
            return
        threading.Event().wait(0.01)
    raise AssertionError("the new answer never came")


def test_what_is_asked_least_is_forgotten_first(monkeypatch):
    held = memory(Data(), monkeypatch, limit=2)
    made = []
    for question in ("a", "b", "a", "c", "a", "b"):
        held.get(question, lambda question=question: made.append(question) or question)
    assert made == ["a", "b", "c", "b"]


def test_what_two_ask_at_once_is_made_once():
    held, made, begun, go_on = Memory(lambda: 1), [], threading.Event(), threading.Event()

    def make() -> str:
        made.append(1)
        begun.set()
        go_on.wait(10)
        return "answer"

    answers = []
    askers = [threading.Thread(target=lambda: answers.append(held.get("question", make))) for _ in range(3)]
    askers[0].start()
    assert begun.wait(10)
    for asker in askers[1:]:
        asker.start()
    go_on.set()
    for asker in askers:
        asker.join(10)
    assert (answers, len(made)) == (["answer"] * 3, 1)


def test_a_question_that_failed_is_asked_again():
    held = Memory(lambda: 1)
    with pytest.raises(ZeroDivisionError):
        held.get("question", lambda: 1 / 0)
    assert held.get("question", lambda: "answer") == "answer"


def test_answers_side_by_side_come_in_the_order_of_their_questions():
    assert side_by_side(lambda n=n: time.sleep(0.01 * (3 - n)) or n for n in range(3)) == [0, 1, 2]
