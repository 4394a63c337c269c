"""A submission calls functions that stay on the trusted side."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.sandbox import Worker, lending
from tests.sandbox.support import X, failure

SLOPE = """
def slope(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)
"""


def cube(x: float) -> float:
    return x**3


def test_a_function_among_the_arguments_is_called_back(worker: Worker) -> None:
    worker.run([SLOPE])
    assert worker.call("slope", (cube, 2.0, 0.5)).value == pytest.approx(12.25)


def test_arrays_go_both_ways_and_the_function_keeps_its_own_state(
    worker: Worker,
) -> None:
    seen = []

    def double(x: np.ndarray) -> np.ndarray:
        seen.append(x)
        return 2 * x

    worker.run(["def twice(f, x):\n    return f(f(x))"])
    reply = worker.call("twice", (double, X))
    assert np.array_equal(reply.value, 4 * X)
    assert reply.arguments[0] is double
    assert [np.array_equal(a, b) for a, b in zip(seen, (X, 2 * X), strict=True)] == [
        True,
        True,
    ]


def test_a_wrong_call_of_the_function_is_the_students_error(worker: Worker) -> None:
    worker.run(["def f(g, x):\n    return g(x, x)"])
    kind, sentence = failure(lambda: worker.call("f", (cube, 1.0)))
    assert kind == "raised"
    assert "takes 1 positional argument but 2 were given" in sentence
    assert worker.call("f", (lambda a, b: a + b, 1.0)).value == 2.0


def test_endless_calls_are_stopped(worker: Worker, monkeypatch) -> None:
    monkeypatch.setattr(lending, "MOST_CALLS", 50)
    worker.run(["def f(g):\n    while True: g(1.0)"])
    assert "more than 50 times" in failure(lambda: worker.call("f", (cube,)))[1]


def test_time_runs_while_the_function_is_called(worker: Worker, monkeypatch) -> None:
    monkeypatch.setattr(lending, "MOST_CALLS", 10**9)
    worker.run(["def f(g):\n    while True: g(1.0)", SLOPE])
    assert failure(lambda: worker.call("f", (cube,)))[0] == "timed out"
    assert worker.call("slope", (cube, 2.0, 0.5)).value == pytest.approx(12.25)


def test_a_function_kept_for_later_does_not_answer(worker: Worker) -> None:
    worker.run(["kept = []", "def f(g):\n    kept.append(g)\n    return g(2.0)"])
    worker.run(["def late():\n    return kept[0](2.0)"])
    assert worker.call("f", (cube,)).value == 8.0
    assert "only while the call lasts" in failure(lambda: worker.call("late", ()))[1]


@pytest.mark.parametrize(
    "question",
    [
        "{'function': 7, 'arguments': (1.0,)}",
        "{'function': -1, 'arguments': (1.0,)}",
        "{'function': 'cube', 'arguments': (1.0,)}",
        "{'function': 0, 'arguments': [1.0]}",
        "{'function': 0}",
    ],
)
def test_a_forged_question_ends_the_process_and_reaches_nothing(
    worker: Worker, question: str
) -> None:
    forge = (
        "def f(g):\n"
        "    ask = g.__closure__[1].cell_contents._exchange\n"
        f"    return ask({question})"
    )
    worker.run([forge, SLOPE])
    calls = []
    kind, sentence = failure(lambda: worker.call("f", (calls.append,)))
    assert (kind, calls) == ("killed", [])
    assert "not an answer" in sentence
    assert worker.call("slope", (cube, 2.0, 0.5)).value == pytest.approx(12.25)


def test_a_forged_function_in_a_result_is_no_plain_data(worker: Worker) -> None:
    forge = (
        "import sys\n"
        "plain = next(m for n, m in sys.modules.items() if n.endswith('.plain_data'))\n"
        "def f():\n    return plain.Lent(0)"
    )
    worker.run([forge])
    assert failure(lambda: worker.call("f", ()))[0] == "killed"


def test_more_than_a_function_needs_is_not_given_to_it(worker: Worker) -> None:
    worker.run(["import numpy as np\ndef f(g): return g(np.ones(2**21, bool))"])
    kind, sentence = failure(lambda: worker.call("f", (cube,)))
    assert kind == "raised" and "at most 1,048,576 can be sent" in sentence


def test_more_than_can_be_sent_does_not_come_back(worker: Worker) -> None:
    worker.run(["def f(g): return g(512)"])
    kind, sentence = failure(lambda: worker.call("f", (lambda n: np.ones((n, n)),)))
    assert kind == "raised" and "can be sent" in sentence
