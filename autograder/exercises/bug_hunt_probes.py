"""The probes of the exercise ``bug-hunt``: show layers to a test, note what it says.

The test runs where all student code runs; the layers are lent to it and run here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.exercise import Probe
from autograder.exercises.bug_hunt_gradient_layers import GRADIENT
from autograder.exercises.bug_hunt_image_layers import COINCIDENCES, MATES, PIXELS
from autograder.exercises.bug_hunt_lineup import Candidate, LineUp, Shown
from autograder.exercises.bug_hunt_matrix_layers import EPSILON, EVALUATION
from autograder.exercises.bug_hunt_running_layers import RUNNING
from autograder.exercises.bug_hunt_state_layers import STATE
from autograder.fault import Fault

#: The line-ups, by the name of their part.
LINEUPS: dict[str, LineUp] = {
    "pixels": PIXELS,
    "channels": COINCIDENCES,
    "epsilon": EPSILON,
    "running": RUNNING,
    "gradient": GRADIENT,
    "mates": MATES,
    "evaluation": EVALUATION,
    "state": STATE,
}
#: Faults after which it is no use to show a test more layers.
NO_USE = ("missing", "not implemented", "timed out", "killed", "refused")
#: Layers of one kind that a sentence names; the others are counted.
NAMED = 3


@dataclass(frozen=True)
class Errs(Fault):
    """What a test says of the layers that it was shown, where it errs.

    Two tests err alike if they say the same of each layer, however the sentences read:
    those also tell how the layers were called.
    """

    sentence: str = field(compare=False)
    said: tuple[object, ...] = ()


def catches(part: str) -> Probe:
    """Return the probe that shows the suspect, its relatives and one right layer."""
    lineup = LINEUPS[part]
    return _probe(part, [lineup.plain], [lineup.suspect, *lineup.relatives])


def fair(part: str) -> Probe:
    """Return the probe that shows right layers in other styles, and plain wrecks."""
    return _probe(part, LINEUPS[part].right, LINEUPS[part].wrong)


def _probe(part: str, right: Sequence[Candidate], wrong: Sequence[Candidate]) -> Probe:
    candidates = [*right, *wrong]
    truth = [True] * len(right) + [False] * len(wrong)

    def probe(impl: Any, rng: np.random.Generator) -> dict[str, Any]:
        shown: list[Shown] = []
        said: dict[int, object] = {}
        # In a drawn order: a test that counts the layers learns nothing from that.
        for place in rng.permutation(len(candidates)):
            candidate = candidates[place]
            shown.append(Shown(LINEUPS[part], candidate.make(rng)))
            answer = getattr(impl, f"{part}_ok")(shown[-1])
            if isinstance(answer, Fault) and answer.kind in NO_USE:
                return {"verdicts": _of_a_test(answer)}
            if isinstance(answer, Fault) and answer.kind == "raised" and truth[place]:
                told = f"Shown a right layer ({candidate.about}), {answer.sentence}"
                return {"verdicts": replace(answer, sentence=told)}
            said[place] = _word(answer)
        words = [said[place] for place in range(len(candidates))]
        if words == truth:
            return {"verdicts": np.array(words)}
        return {"verdicts": _errs(part, candidates, truth, shown, words)}

    return probe


def _of_a_test(fault: Fault) -> Fault:
    """Return the fault; of a ready-made normalization, say what a test may use."""
    found, asked, _ = fault.sentence.partition(" The exercise asks for the steps")
    told = f"{found} A test may use NumPy, and what you write here, and nothing else."
    return replace(fault, sentence=told) if asked else fault


def _word(answer: Any) -> object:
    """Return True, False, or a sentence on an answer that is neither.

    A test that raises an error has not accepted the layer.
    """
    if isinstance(answer, Fault):
        found = answer.sentence.partition("; expected")[0]
        return answer.kind != "raised" and f"{found}; expected True or False."
    value = float(answer)
    if value in (0, 1):
        return value == 1
    return f"The answer was {value:g}; expected True or False."


def _errs(
    part: str,
    candidates: Sequence[Candidate],
    truth: Sequence[bool],
    shown: Sequence[Shown],
    said: Sequence[object],
) -> Errs:
    missed = _among(candidates, truth, said, False)
    rejected = _among(candidates, truth, said, True)
    lines = [word for word in said if isinstance(word, str)][:1]
    lines += _line(part, True, missed) + _line(part, False, rejected)
    called = [layer for layer in shown if layer.calls]
    if not called:
        lines.append("It did not call any of them.")
    elif missed and (common := set.intersection(*(s.remarks() for s in called))):
        *first, last = sorted(common)
        both = f"{', '.join(first)} and {last}" if first else last
        lines.append(f"In every call {both}.")
    return Errs("form", " ".join(lines), tuple(said))


def _among(
    candidates: Sequence[Candidate],
    truth: Sequence[bool],
    said: Sequence[object],
    is_right: bool,
) -> list[str]:
    """Return the layers, all right or all wrong, of which the opposite was said."""
    together = zip(candidates, truth, said, strict=True)
    return [c.about for c, t, s in together if t == is_right and s is (not t)]


def _line(part: str, word: bool, layers: Sequence[str]) -> list[str]:
    if not layers:
        return []
    kind = "wrong" if word else "right"
    count = f"{len(layers)} {kind} layer{'s' if len(layers) > 1 else ''}"
    named = list(layers[:NAMED])
    if more := len(layers) - NAMED:
        named += [f"{more} more"] if more > 0 else []
    return [f"{part}_ok says {word} of {count}: {'; '.join(named)}."]
