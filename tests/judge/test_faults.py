"""What the judge says about work that is broken in other ways than a known slip."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder.exercise import Slip, slipped
from autograder.exercises import load
from autograder.reference import forward as reference
from tests.judge.support import lost, verdicts

FORWARD = load("forward")
TRAIN = {"standardize", "epsilon", "scale_shift", "cache", "stability"}


def train_with(change):
    """Return batchnorm_train with its result changed."""
    return {"batchnorm_train": lambda *args: change(*reference.batchnorm_train(*args))}


def test_a_stub_is_not_attempted_and_costs_nothing_else():
    def batchnorm_train(x, gamma, beta, eps):
        raise NotImplementedError

    found = verdicts(FORWARD, {"batchnorm_train": batchnorm_train})
    assert lost(found) == TRAIN | {"pure"}
    for name in TRAIN:
        assert found[name].status == "not attempted"
        assert "has not been written yet" in found[name].message


def test_a_missing_function_is_told_apart_from_a_stub():
    found = verdicts(FORWARD, {"batchnorm_eval": None})
    assert found["eval_output"].status == "not attempted"
    assert "No function named batchnorm_eval" in found["eval_output"].message


def test_a_name_that_is_no_function_is_told():
    found = verdicts(FORWARD, {"batchnorm_eval": 3})
    assert "batchnorm_eval is a int" in found["eval_output"].message


def test_an_error_is_a_crash_with_its_text_and_the_line():
    def batchnorm_eval(x, *others):
        return x @ x

    found = verdicts(FORWARD, {"batchnorm_eval": batchnorm_eval})
    assert found["eval_output"].status == "crashed"
    assert "batchnorm_eval raised ValueError" in found["eval_output"].message
    assert "return x @ x" in found["eval_output"].message
    assert "Traceback" not in found["eval_output"].message


def test_wrong_arguments_are_an_error_of_the_function():
    found = verdicts(FORWARD, {"batchnorm_eval": lambda x: x})
    assert found["eval_output"].status == "crashed"
    assert "TypeError" in found["eval_output"].message


def test_nothing_returned_is_told():
    found = verdicts(FORWARD, {"batchnorm_train": lambda *args: None})
    assert found["standardize"].status == "failed"
    assert "returned nothing (None)" in found["standardize"].message
    assert "return statement" in found["standardize"].message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda y, c: (y.tolist(), c),
            "y is a list of 7 values; expected a NumPy array",
        ),
        (lambda y, c: ("text", c), "y is a str"),
        (lambda y, c: (np.matrix(y), c), "y is a numpy.matrix"),
        (lambda y, c: (y.astype(object), c), "y is a"),
        (lambda y, c: (y.T, c), "y has shape (4, 7); expected (7, 4)"),
        (lambda y, c: (y[None], c), "y has shape (1, 7, 4)"),
        (lambda y, c: (y, c, 1), "a tuple of 3 values; expected (y, (x_hat"),
        (lambda y, c: {"y": y}, "returned a dict"),
    ],
)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_wrong_form_is_named_with_what_was_found_and_expected(change, words):
    found = verdicts(FORWARD, train_with(change))
    assert found["standardize"].status == "failed"
    assert words in found["standardize"].message


def test_a_wrong_cache_leaves_y_its_points():
    found = verdicts(FORWARD, train_with(lambda y, c: (y, None)))
    assert lost(found) == {"cache"}
    assert "result 2 of 2 is None; expected (x_hat" in found["cache"].message
    found = verdicts(FORWARD, train_with(lambda y, c: (y, c[:2])))
    assert lost(found) == {"cache"}
    assert (
        "a tuple of 2 values; expected (x_hat, gamma, inv_std)"
        in found["cache"].message
    )


def test_a_tensor_is_refused_by_name():
    import torch

    found = verdicts(FORWARD, train_with(lambda y, c: (torch.tensor(y), c)))
    assert "torch.Tensor" in found["standardize"].message


def test_changing_an_argument_costs_only_its_own_criterion():
    def batchnorm_eval(x, gamma, beta, mean, var, eps):
        x -= mean
        x /= np.sqrt(var + eps)
        x *= gamma
        x += beta
        return x.copy()

    found = verdicts(FORWARD, {"batchnorm_eval": batchnorm_eval})
    assert lost(found) == {"pure"}
    assert found["pure"].slips == ("eval-in-place",)


def test_nan_everywhere_does_not_invent_a_diagnosis():
    found = verdicts(FORWARD, train_with(lambda y, c: (y * np.nan, c)))
    assert found["standardize"].status == "failed"
    assert found["standardize"].slips == ()
    assert "not finite" in found["standardize"].message


def test_an_unknown_mistake_is_told_with_numbers_and_no_slip():
    found = verdicts(FORWARD, train_with(lambda y, c: (y**3, c)))
    message = found["standardize"].message
    assert found["standardize"].slips == ()
    assert "mean 0 and variance 1" in message
    assert "y[0, 0] is " in message and "entries differ" in message


def test_a_common_factor_is_named():
    found = verdicts(FORWARD, train_with(lambda y, c: (1.5 * y, c)))
    assert "each is 1.5 times the expected value" in found["standardize"].message


def test_single_precision_is_named_even_where_no_slip_matches_to_the_bit():
    def change(y, c):
        return y.astype(np.float32), c

    found = verdicts(FORWARD, train_with(change))
    message = found["standardize"].message
    assert "single precision only" in message
    # Where nothing else is wrong, no hint leads astray.
    assert FORWARD.criterion("standardize").hint not in message


def test_one_function_wrong_leaves_the_others_their_points():
    found = verdicts(FORWARD, {"update_running": lambda m, v, x, momentum: (v, v)})
    assert lost(found) == {"running_mean", "running_var"}


def test_only_the_asked_criterion_is_answered():
    assert set(verdicts(FORWARD, {}, only={"cache"})) == {"cache"}


def test_the_same_seed_gives_the_same_verdicts():
    functions = train_with(lambda y, c: (y + 1, c))
    assert verdicts(FORWARD, functions, 7) == verdicts(FORWARD, functions, 7)
    assert verdicts(FORWARD, functions, 7) != verdicts(FORWARD, functions, 8)


def test_a_constant_answer_earns_nothing_but_good_manners():
    zeros = {
        "batchnorm_train": lambda x, gamma, beta, eps: (
            x * 0,
            (x * 0, gamma * 0, gamma * 0),
        ),
        "update_running": lambda m, v, x, momentum: (m * 0, v * 0),
        "batchnorm_eval": lambda x, *rest: x * 0,
    }
    found = verdicts(FORWARD, zeros)
    assert set(found) - lost(found) == {"pure"}


def ready_made(x, gamma, beta, mean, var, eps):
    import torch

    arrays = [torch.from_numpy(a) for a in (x, mean, var, gamma, beta)]
    return torch.nn.functional.batch_norm(*arrays, training=False, eps=eps).numpy()


def test_a_ready_made_normalization_is_noticed_when_it_is_called():
    found = verdicts(FORWARD, {"batchnorm_eval": ready_made})
    assert lost(found) == {"eval_output", "pure"}
    assert "ready-made normalization of PyTorch" in found["eval_output"].message


def test_a_mention_of_a_ready_made_normalization_costs_nothing():
    def batchnorm_eval(x, gamma, beta, mean, var, eps):
        """Do what torch.nn.functional.batch_norm does."""
        batch_norm = gamma * (x - mean) / np.sqrt(var + eps) + beta
        return batch_norm

    assert not lost(verdicts(FORWARD, {"batchnorm_eval": batchnorm_eval}))


def test_an_error_inside_pytorch_is_told_at_the_students_line():
    def batchnorm_eval(x, gamma, beta, running_mean, running_var, eps):
        return torch.tensor(x) @ torch.ones(99)

    found = verdicts(FORWARD, {"batchnorm_eval": batchnorm_eval})
    message = found["eval_output"].message
    assert "(at the line `return torch.tensor(x) @ torch.ones(99)`)" in message


def test_a_line_that_raises_is_not_repeated():
    def batchnorm_eval(*arguments):
        raise ValueError("too few rows")

    found = verdicts(FORWARD, {"batchnorm_eval": batchnorm_eval})
    assert found["eval_output"].message.startswith(
        "batchnorm_eval raised ValueError: too few rows."
    )


def test_evaluation_by_a_training_pass_with_n_minus_1_is_one_mistake():
    def by_training(x, gamma, beta, running_mean, running_var, eps):
        with warnings.catch_warnings(action="ignore"):  # of a row alone
            var = x.var(axis=0, ddof=1)
        return gamma * (x - x.mean(axis=0)) / np.sqrt(var + eps) + beta

    found = verdicts(FORWARD, {"batchnorm_eval": by_training})["eval_output"]
    assert found.slips == ("eval-batch-statistics-n-minus-1",)


@pytest.mark.parametrize("name", ["forward", "alternatives"])
def test_a_first_result_alone_may_be_of_any_type(name):
    """Two arrays of booleans cannot be subtracted, and a probe subtracts two."""
    exercise = load(name)
    first = exercise.functions[0]

    def alone(*arguments):
        value = getattr(exercise.reference, first)(*arguments)
        return (value[0] if isinstance(value, tuple) else value) > 0

    with np.errstate(all="ignore"):
        found = verdicts(exercise, {first: alone})
    assert found["pure"].points
    assert lost(found)


@pytest.mark.parametrize("size", [1.7e308, -1.7e308, 5e-324, np.inf])
def test_numbers_of_any_size_are_told_without_a_warning(size):
    changed = train_with(lambda y, cache: (np.full(y.shape, size), cache))
    with np.errstate(all="warn"):
        found = verdicts(FORWARD, changed)
    assert "expected" in found["standardize"].message


@pytest.mark.parametrize("name", ["forward", "backward", "alternatives", "convolution"])
def test_an_argument_that_loses_its_shape_has_changed(name):
    exercise = load(name)

    def reshaped(function):
        def changed(*arguments):
            value = getattr(exercise.reference, function)(*arguments)
            for one in arguments:
                if isinstance(one, np.ndarray) and one.ndim > 1:
                    one.resize(one.size + 1, refcheck=False)
            return value

        return changed

    found = verdicts(exercise, {f: reshaped(f) for f in exercise.functions})
    wanted = {"pure", "x_restored"} & set(found)
    assert wanted <= lost(found)


def test_errors_alone_name_no_two_mistakes():
    mean = "    mean = x.mean(axis=0)  # (D,)\n"
    var = "    var = (centered**2).mean(axis=0)  # (D,), divides by N\n"
    stop = '    if {}:\n        raise ValueError("no")\n'
    many = Slip(
        "many", "batchnorm_train", mean, stop.format("len(x) > 9") + mean, "Many rows."
    )
    tiny = Slip(
        "tiny", "batchnorm_train", var, stop.format("eps < 1e-9") + var, "Tiny eps."
    )
    exercise = replace(FORWARD, slips=(many, tiny))
    one = verdicts(exercise, slipped(exercise, [tiny]))
    assert one["standardize"].slips == ("tiny",)
    both = verdicts(exercise, slipped(exercise, [many, tiny]))
    for name in ("standardize", "stability"):
        assert both[name].slips == ()
        assert "raised ValueError: no" in both[name].message
