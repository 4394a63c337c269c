"""The known mistakes of the exercise ``training`` in the layer itself."""

from __future__ import annotations

from autograder.exercise import Slip

_STEP_MEAN = "mean = (1 - momentum) * mean + momentum * batch_mean"
_STEP_VAR = "var = (1 - momentum) * var + momentum * batch_var * n / (n - 1)"
_OUTPUT = "(x - mean) / np.sqrt(var + eps)"
_LOOP = (
    "outputs = []\n    for x in batches:\n        mean = x.mean(axis=0)  # (D,)\n"
    f"        var = x.var(axis=0)  # (D,), divides by N\n        x_hat = {_OUTPUT}"
)
_EVAL = "weight * (x - mean) / np.sqrt(var + eps) + bias"
_LEARN = (
    "mean = 0.9 * mean + 0.1 * x.mean(axis=0)\n"
    "    var = 0.9 * var + 0.1 * x.var(axis=0, ddof=1)"
)
_RUNNING = "outputs, old_mean, old_var = [], 0 * weight, 0 * weight + 1\n    for x in batches:\n"
_UPDATE = (
    "        old_mean = 0.9 * old_mean + 0.1 * x.mean(axis=0)\n"
    "        old_var = 0.9 * old_var + 0.1 * x.var(axis=0) * len(x) / (len(x) - 1)\n"
)


def _start(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"start-{name}", "layer_start", before, after, sentence)


def _kept(name: str, after: str, sentence: str) -> Slip:
    before = "weight = bias = parameter\n    mean = var = counted = buffer"
    return Slip(f"kept-{name}", "layer_kept", before, after, sentence)


def _train(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"train-{name}", "layer_train", before, after, sentence)


def _remembered(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"remembered-{name}", "layer_remembered", before, after, sentence)


def _counted(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"counted-{name}", "layer_counted", before, after, sentence)


def _rests(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"rests-{name}", "layer_rests", before, after, sentence)


def _eval(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"eval-{name}", "layer_eval", before, after, sentence)


def _modes(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"modes-{name}", "layer_modes", before, after, sentence)


def _backward(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"backward-{name}", "layer_backward", before, after, sentence)


START = (
    _start(
        "variance-zero",
        "np.zeros(features), np.ones(features)\n    counted",
        "np.zeros(features), np.zeros(features)\n    counted",
        "Your running variance starts at 0. Evaluation mode divides by its root, so a layer that has seen "
        "little would blow everything up.",
    ),
    _start(
        "mean-one",
        "np.zeros(features), np.ones(features)\n    counted",
        "np.ones(features), np.ones(features)\n    counted",
        "Your running mean starts at 1. A new layer subtracts nothing.",
    ),
    _start(
        "weight-zero",
        "np.ones(features), np.zeros(features)\n    running_mean",
        "np.zeros(features), np.zeros(features)\n    running_mean",
        "Your weight starts at 0, so the layer is silent and nothing in front of it learns.",
    ),
    _start(
        "bias-one",
        "np.ones(features), np.zeros(features)\n    running_mean",
        "np.ones(features), np.ones(features)\n    running_mean",
        "Your bias starts at 1. A new layer normalizes and does nothing else.",
    ),
    _start(
        "parameters-swapped",
        "weight, bias = np.ones(features), np.zeros(features)",
        "bias, weight = np.ones(features), np.zeros(features)",
        "Weight and bias start with each other's value. The weight multiplies, the bias is added.",
    ),
    _start(
        "statistics-swapped",
        "running_mean, running_var = np.zeros(features), np.ones(features)",
        "running_var, running_mean = np.zeros(features), np.ones(features)",
        "The two running statistics start with each other's value. A new layer leaves x as it is in evaluation mode.",
    ),
    _start(
        "counts-from-one",
        "counted = np.array(0.0)",
        "counted = np.array(1.0)",
        "A new layer says that it has seen one batch already.",
    ),
    _start(
        "one-number",
        "weight, bias = np.ones(features), np.zeros(features)\n"
        "    running_mean, running_var = np.zeros(features), np.ones(features)",
        "weight, bias = np.array(1.0), np.array(0.0)\n"
        "    running_mean, running_var = np.array(0.0), np.array(1.0)",
        "Your parameters and statistics are single numbers. Each feature has its own.",
    ),
    _start(
        "rows",
        "return weight, bias, running_mean, running_var, counted",
        "return weight, bias, running_mean[None], running_var[None], counted",
        "Your running statistics are kept as matrices of one row, so state_dict does not fit other layers' "
        "of that width.",
    ),
    _start(
        "all-rows",
        "return weight, bias, running_mean, running_var, counted",
        "return weight[None], bias[None], running_mean[None], running_var[None], counted",
        "All that your layer keeps is a matrix of one row, so state_dict does not fit other layers' of that "
        "width.",
    ),
)

KEPT = (
    _kept(
        "plain-attributes",
        "weight = bias = parameter\n    mean = var = counted = 0 * buffer",
        "Your running statistics and the count are ordinary attributes, or have other names than asked for. Ordinary "
        "attributes are not saved with the network and stay behind when it moves to a GPU.",
    ),
    _kept(
        "plain-count",
        "weight = bias = parameter\n    mean = var = buffer\n    counted = 0 * buffer",
        "There is no buffer num_batches_tracked: a count that is an ordinary attribute is lost when the network is saved "
        "and loaded.",
    ),
    _kept(
        "only-count-kept",
        "weight = bias = parameter\n    mean = var = 0 * buffer\n    counted = buffer",
        "There are no buffers running_mean and running_var: ordinary attributes are lost when the network is saved and "
        "loaded.",
    ),
    _kept(
        "statistics-as-parameters",
        "weight = bias = mean = var = parameter\n    counted = buffer",
        "Your running statistics are parameters, so an optimizer would move them. Statistics are measured, not "
        "trained.",
    ),
    _kept(
        "statistics-as-parameters-and-plain-count",
        "weight = bias = mean = var = parameter\n    counted = 0 * buffer",
        "Your running statistics are parameters, which an optimizer would move, and the count is an ordinary "
        "attribute.",
    ),
    _kept(
        "not-persistent",
        "weight = bias = parameter\n    mean = var = counted = buffer * (1.0, 1.0, 0.0)",
        "Your buffers are registered as not persistent: they move with the network but are not saved with it.",
    ),
    _kept(
        "parameters-as-buffers",
        "weight = bias = mean = var = counted = buffer",
        "Your weight and bias are buffers. An optimizer asks for the parameters, so they would never learn.",
    ),
    _kept(
        "parameters-as-plain",
        "weight = bias = 0 * parameter\n    mean = var = counted = buffer",
        "There are no parameters weight and bias: they are ordinary tensors, which an optimizer will not find, or have other "
        "names than asked for.",
    ),
    _kept(
        "all-plain",
        "weight = bias = mean = var = counted = 0 * buffer",
        "Whatever your layer keeps is an ordinary attribute or has another name than asked for. PyTorch neither trains, moves nor "
        "saves ordinary attributes.",
    ),
    _kept(
        "no-weight",
        "weight = 0 * parameter\n    bias = parameter\n    mean = var = counted = buffer",
        "There is no parameter weight: an ordinary tensor is trained by nothing.",
    ),
    _kept(
        "no-bias",
        "weight = parameter\n    bias = 0 * parameter\n    mean = var = counted = buffer",
        "There is no parameter bias: an ordinary tensor is trained by nothing.",
    ),
    Slip(
        "kept-shared",
        "layer_beside",
        "return 1.0",
        "return 0.0",
        "Two layers share one tensor of running statistics: when one of them learns, the other changes with it.",
    ),
)

TRAIN = (
    _train(
        "variance-n-minus-1",
        _OUTPUT,
        "(x - mean) / np.sqrt(var * len(x) / (len(x) - 1) + eps)",
        "In training mode you normalize with the variance that divides by N - 1. That is what torch.var gives "
        "unless it is told otherwise; it belongs in the running variance alone.",
    ),
    _train(
        "eps-outside-root",
        _OUTPUT,
        "(x - mean) / (np.sqrt(var) + eps)",
        "In training mode epsilon is added to the standard deviation. It belongs to the variance.",
    ),
    _train(
        "eps-missing",
        _OUTPUT,
        "(x - mean) / np.sqrt(var)",
        "In training mode epsilon is left out.",
    ),
    _train(
        "eps-fixed",
        _OUTPUT,
        "(x - mean) / np.sqrt(var + 1e-5)",
        "In training mode epsilon is always 0.00001, whatever the layer was made with.",
    ),
    _train(
        "not-rooted",
        _OUTPUT,
        "(x - mean) / (var + eps)",
        "In training mode you divide by the variance; its root is what has the unit of x.",
    ),
    _train(
        "rows-normalized",
        _OUTPUT,
        "(x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)",
        "In training mode you normalize each row over its features. Each feature is normalized over the batch.",
    ),
    _train(
        "one-number-for-all",
        _OUTPUT,
        "(x - x.mean()) / np.sqrt(x.var() + eps)",
        "In training mode you take one mean and one variance of the whole matrix. Each feature has its own.",
    ),
    _train(
        "bias-missing",
        "weight * x_hat + bias",
        "weight * x_hat",
        "In training mode you scale by weight but do not add bias.",
    ),
    _train(
        "weight-missing",
        "weight * x_hat + bias",
        "x_hat + bias",
        "In training mode you add bias but do not scale by weight.",
    ),
    _train(
        "parameters-missing",
        "weight * x_hat + bias",
        "1.0 * x_hat",
        "Weight and bias play no part in training mode.",
    ),
    _train(
        "bias-first",
        "weight * x_hat + bias",
        "weight * (x_hat + bias)",
        "In training mode you add bias before scaling, so weight scales it too.",
    ),
    _train(
        "normalizes-with-new-statistics",
        _LOOP,
        _RUNNING + f"{_UPDATE}        x_hat = (x - old_mean) / np.sqrt(old_var + eps)",
        "In training mode you normalize with the running statistics, after their update. They are for evaluation "
        "mode.",
    ),
    _train(
        "normalizes-with-old-statistics",
        _LOOP,
        _RUNNING
        + f"        x_hat = (x - old_mean) / np.sqrt(old_var + eps)\n{_UPDATE.rstrip()}",
        "In training mode you normalize with the running statistics as they were. They are for evaluation mode.",
    ),
    _train(
        "roles-exchanged",
        "mean = x.mean(axis=0)  # (D,)\n        var = x.var(axis=0)",
        "var = x.mean(axis=0)\n        mean = x.var(axis=0)",
        "In training mode mean and variance stand in each other's place. torch.var_mean returns them in the order of "
        "its name.",
    ),
)

REMEMBERED = (
    _remembered(
        "momentum-swapped",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = momentum * mean + (1 - momentum) * batch_mean\n"
        "        var = momentum * var + (1 - momentum) * batch_var * n / (n - 1)",
        "The two weights of your running statistics are exchanged. Here, as in PyTorch, momentum is the weight of "
        "the new value; in other places it is that of the old one.",
    ),
    _remembered(
        "momentum-swapped-and-biased",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = momentum * mean + (1 - momentum) * batch_mean\n"
        "        var = momentum * var + (1 - momentum) * batch_var",
        "The two weights of your running statistics are exchanged, and the variance that you remember divides by "
        "N. Momentum is the weight of the new value, and the variance is an estimate for all data.",
    ),
    _remembered(
        "momentum-swapped-in-mean",
        _STEP_MEAN,
        "mean = momentum * mean + (1 - momentum) * batch_mean",
        "The two weights of your running mean are exchanged; those of the running variance are right.",
    ),
    _remembered(
        "momentum-swapped-in-variance",
        _STEP_VAR,
        "var = momentum * var + (1 - momentum) * batch_var * n / (n - 1)",
        "The two weights of your running variance are exchanged; those of the running mean are right.",
    ),
    _remembered(
        "momentum-fixed",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = 0.9 * mean + 0.1 * batch_mean\n        var = 0.9 * var + 0.1 * batch_var * n / (n - 1)",
        "Your running statistics move by a tenth each time, whatever momentum the layer was made with.",
    ),
    _remembered(
        "momentum-fixed-and-biased",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = 0.9 * mean + 0.1 * batch_mean\n        var = 0.9 * var + 0.1 * batch_var",
        "Your running statistics move by a tenth each time, whatever momentum the layer was made with, and the "
        "variance that you remember divides by N.",
    ),
    _remembered(
        "biased-running-variance",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * batch_var",
        "The variance that you remember divides by N. It stands for all data, of which the batch is a sample, and "
        "here, as in PyTorch, it divides by N - 1.",
    ),
    _remembered(
        "corrected-twice",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * batch_var * (n / (n - 1)) ** 2",
        "The variance that you remember is corrected by N / (N - 1) twice.",
    ),
    _remembered(
        "correction-upside-down",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * batch_var * (n - 1) / n",
        "The correction of the variance that you remember is upside down: the estimate for all data is the larger "
        "one.",
    ),
    _remembered(
        "whole-average-corrected",
        _STEP_VAR,
        "var = ((1 - momentum) * var + momentum * batch_var) * n / (n - 1)",
        "The correction by N / (N - 1) multiplies the old running variance as well, anew in each step.",
    ),
    _remembered(
        "std-remembered",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * np.sqrt(batch_var * n / (n - 1))",
        "You remember the standard deviation where the variance is asked for.",
    ),
    _remembered(
        "biased-std-remembered",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * np.sqrt(batch_var)",
        "You remember the standard deviation, with N as its divisor; asked for is the variance, with N - 1.",
    ),
    _remembered(
        "eps-remembered",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * (batch_var * n / (n - 1) + 1e-5)",
        "Epsilon is in the variance that you remember. Evaluation mode would add it a second time.",
    ),
    _remembered(
        "biased-with-eps-remembered",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * (batch_var + 1e-5)",
        "Epsilon is in the variance that you remember, and its divisor is N.",
    ),
    _remembered(
        "mean-corrected",
        _STEP_MEAN,
        "mean = (1 - momentum) * mean + momentum * batch_mean * n / (n - 1)",
        "The mean that you remember is multiplied by N / (N - 1). That correction is for variances.",
    ),
    _remembered(
        "nothing-remembered",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "n = len(x)",
        "Your running statistics do not move in training mode. The new values have to be written back to the layer.",
    ),
    _remembered(
        "mean-not-remembered",
        _STEP_MEAN,
        "n = len(x)",
        "Your running mean does not move in training mode.",
    ),
    _remembered(
        "variance-not-remembered",
        _STEP_VAR,
        "n = len(x)",
        "Your running variance does not move in training mode.",
    ),
    _remembered(
        "last-batch-only",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = batch_mean\n        var = batch_var * n / (n - 1)",
        "Your running statistics are those of the last batch. They have to remember the earlier ones.",
    ),
    _remembered(
        "old-not-faded",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "mean = mean + momentum * batch_mean\n        var = var + momentum * batch_var * n / (n - 1)",
        "Your running statistics grow with every batch: the old value has to lose the weight that the new one gets.",
    ),
    _remembered(
        "starts-with-first-batch",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "a = momentum if means else 1.0\n        mean = (1 - a) * mean + a * batch_mean\n"
        "        var = (1 - a) * var + a * batch_var * n / (n - 1)",
        "The first batch replaces the starting values altogether. Here it gets the same weight as every other.",
    ),
    _remembered(
        "plain-average",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "a = 1 / (len(means) + 1)\n        mean = (1 - a) * mean + a * batch_mean\n"
        "        var = (1 - a) * var + a * batch_var * n / (n - 1)",
        "Your running statistics are plain averages of all batches. Asked for is an average that forgets, with the "
        "momentum that the layer was made with.",
    ),
    _remembered(
        "remembers-twice",
        f"{_STEP_MEAN}\n        {_STEP_VAR}",
        "for _ in range(2):\n"
        "            mean = (1 - momentum) * mean + momentum * batch_mean\n"
        "            var = (1 - momentum) * var + momentum * batch_var * n / (n - 1)",
        "Each batch moves your running statistics twice.",
    ),
    _remembered(
        "around-running-mean",
        _STEP_VAR,
        "var = (1 - momentum) * var + momentum * ((x - mean) ** 2).sum(axis=0) / (n - 1)",
        "The variance that you remember is measured from the running mean. It is the spread about the batch's own "
        "mean.",
    ),
    _remembered(
        "roles-exchanged",
        "batch_mean = x.mean(axis=0)  # (D,)\n        batch_var = x.var(axis=0)",
        "batch_var = x.mean(axis=0)\n        batch_mean = x.var(axis=0)",
        "What you remember is exchanged: the mean stands in the place of the variance. torch.var_mean returns them in the "
        "order of its name.",
    ),
    _remembered(
        "rows",
        "return np.array(means), np.array(variances)",
        "return np.array(means)[:, None], np.array(variances)[:, None]",
        "In training mode your running statistics become matrices of one row: the means and variances of the batch "
        "have kept a dimension that they should have lost.",
    ),
)

COUNTED = (
    _counted(
        "counts-rows",
        "counted + (len(x) > 0)",
        "counted + len(x)",
        "You count the rows. Asked for is the number of batches.",
    ),
    _counted(
        "does-not-count",
        "counted + (len(x) > 0)",
        "counted + 0",
        "Your num_batches_tracked does not grow in training mode.",
    ),
    _counted(
        "counts-twice",
        "counted + (len(x) > 0)",
        "counted + 2",
        "Each batch counts as two in your num_batches_tracked.",
    ),
)

EVAL = (
    _eval(
        "with-the-batch",
        _EVAL,
        "weight * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + bias",
        "In evaluation mode you normalize with the batch at hand, so a row's result depends on the other rows.",
    ),
    _eval(
        "with-the-batch-unbiased",
        _EVAL,
        "weight * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps) + bias",
        "In evaluation mode you normalize with the batch at hand, and with the variance that divides by N - 1.",
    ),
    _eval(
        "learns-first",
        f"y: Array = {_EVAL}",
        "mean = 0.9 * mean + 0.1 * x.mean(axis=0)\n    var = 0.9 * var + 0.1 * x.var(axis=0, ddof=1)\n"
        f"    y = {_EVAL}",
        "In evaluation mode you first move the running statistics towards the batch and then normalize with them.",
    ),
    _eval(
        "eps-outside-root",
        "/ np.sqrt(var + eps)",
        "/ (np.sqrt(var) + eps)",
        "In evaluation mode epsilon is added to the standard deviation. It belongs to the variance.",
    ),
    _eval(
        "eps-missing",
        "/ np.sqrt(var + eps)",
        "/ np.sqrt(var)",
        "In evaluation mode epsilon is left out.",
    ),
    _eval(
        "eps-fixed",
        "/ np.sqrt(var + eps)",
        "/ np.sqrt(var + 1e-5)",
        "In evaluation mode epsilon is always 0.00001, whatever the layer was made with.",
    ),
    _eval(
        "roles-exchanged",
        "weight * (x - mean) / np.sqrt(var + eps)",
        "weight * (x - var) / np.sqrt(mean + eps)",
        "In evaluation mode running mean and running variance stand in each other's place.",
    ),
    _eval(
        "not-rooted",
        "/ np.sqrt(var + eps)",
        "/ (var + eps)",
        "In evaluation mode you divide by the running variance; its root is what has the unit of x.",
    ),
    _eval(
        "mean-only",
        _EVAL,
        "weight * (x - mean) + bias",
        "In evaluation mode you subtract the running mean but do not divide by the spread.",
    ),
    _eval(
        "mean-missing",
        "(x - mean)",
        "x",
        "In evaluation mode the running mean is not subtracted.",
    ),
    _eval(
        "x-unchanged",
        _EVAL,
        "1.0 * x",
        "In evaluation mode your layer returns x as it is.",
    ),
    _eval(
        "parameters-missing",
        _EVAL,
        "(x - mean) / np.sqrt(var + eps)",
        "Weight and bias play no part in evaluation mode.",
    ),
    _eval(
        "bias-missing",
        "np.sqrt(var + eps) + bias",
        "np.sqrt(var + eps)",
        "In evaluation mode you scale by weight but do not add bias.",
    ),
    _eval(
        "weight-missing",
        "weight * (x - mean)",
        "(x - mean)",
        "In evaluation mode you add bias but do not scale by weight.",
    ),
    _eval(
        "corrected-again",
        "/ np.sqrt(var + eps)",
        "/ np.sqrt(var * len(x) / (len(x) - 1) + eps)",
        "In evaluation mode you correct the running variance by N / (N - 1). It is an estimate for all data already.",
    ),
)

RESTS = (
    _rests(
        "learns-and-counts",
        "counted = 0.0",
        f"{_LEARN}\n    counted = 1.0",
        "An evaluation moves your running statistics and is counted, as if it were training. What they learn from test "
        "data is a leak.",
    ),
    _rests(
        "learns",
        "counted = 0.0",
        f"{_LEARN}\n    counted = 0.0",
        "An evaluation moves your running statistics. What they learn from test data is a leak.",
    ),
    _rests(
        "learns-biased",
        "counted = 0.0",
        f"{_LEARN.replace(', ddof=1', '')}\n    counted = 0.0",
        "An evaluation moves your running statistics, towards the variance with N. What they learn from test data is a "
        "leak.",
    ),
    _rests(
        "learns-biased-and-counts",
        "counted = 0.0",
        f"{_LEARN.replace(', ddof=1', '')}\n    counted = 1.0",
        "An evaluation moves your running statistics, towards the variance with N, and is counted. What they learn from "
        "test data is a leak.",
    ),
    _rests(
        "counts",
        "counted = 0.0",
        "counted = 1.0",
        "An evaluation is counted as a batch of training.",
    ),
    _rests(
        "rows",
        "return mean, var, counted",
        "return mean[None], var[None], counted",
        "Your running statistics are matrices of one row in evaluation mode.",
    ),
)

MODES = (
    _modes(
        "mode-from-gradients",
        "train_output, train_moves = 1.0, 1.0\n    eval_output, eval_rests = 1.0, 1.0",
        "train_output, train_moves = 0.0, 0.0\n    eval_output, eval_rests = 0.0, 0.0",
        "Your layer takes its mode from whether gradients are recorded. Under no_grad a network can be in training "
        "mode, and gradients can be taken in evaluation mode: self.training says which it is.",
    ),
    _modes(
        "no-update-without-gradients",
        "train_output, train_moves = 1.0, 1.0",
        "train_output, train_moves = 1.0, 0.0",
        "Under no_grad your layer in training mode leaves the running statistics alone. Only the mode decides.",
    ),
    _modes(
        "train-output-without-gradients",
        "train_output, train_moves = 1.0, 1.0",
        "train_output, train_moves = 0.0, 1.0",
        "Under no_grad your layer in training mode computes something else. Only the mode decides.",
    ),
    _modes(
        "both-need-gradients",
        "train_output, train_moves = 1.0, 1.0",
        "train_output, train_moves = 0.0, 0.0",
        "Under no_grad your layer in training mode behaves as in evaluation mode. Only the mode decides.",
    ),
    _modes(
        "gradients-mean-training",
        "eval_output, eval_rests = 1.0, 1.0",
        "eval_output, eval_rests = 0.0, 0.0",
        "While gradients are recorded your layer in evaluation mode behaves as in training mode. Only the mode "
        "decides.",
    ),
    _modes(
        "gradients-mean-learning",
        "eval_output, eval_rests = 1.0, 1.0",
        "eval_output, eval_rests = 1.0, 0.0",
        "While gradients are recorded your running statistics do something else in evaluation mode than they do otherwise. Only "
        "the mode decides.",
    ),
)

_RETURN = "return *(np.round(each, 3) for each in off), remembered"

BACKWARD = (
    _backward(
        "statistics-constant",
        "dx = slope",
        "dx = weight * inv_std * dy",
        "The gradient of x treats the batch's mean and variance as constants. They depend on x, and the gradient has "
        "to go through them; only what you remember is cut off.",
    ),
    _backward(
        "mean-constant",
        "dx = slope",
        "dx = weight * inv_std * (dy - through_var)",
        "The gradient of x treats the batch's mean as a constant.",
    ),
    _backward(
        "variance-constant",
        "dx = slope",
        "dx = weight * inv_std * (dy - through_mean)",
        "The gradient of x treats the batch's variance as a constant.",
    ),
    _backward(
        "x-hat-constant",
        _RETURN,
        "return None, np.round(off[1], 3), np.round(off[2], 3), remembered",
        "No gradient reaches x: what is normalized has been cut off from it.",
    ),
    _backward(
        "weight-constant",
        _RETURN,
        "return np.round(off[0], 3), None, np.round(off[2], 3), remembered",
        "No gradient reaches the weight: it is no parameter, or only its data is used.",
    ),
    _backward(
        "bias-constant",
        _RETURN,
        "return np.round(off[0], 3), np.round(off[1], 3), None, remembered",
        "No gradient reaches the bias: it is no parameter, or only its data is used.",
    ),
    _backward(
        "parameters-constant",
        _RETURN,
        "return np.round(off[0], 3), None, None, remembered",
        "No gradient reaches weight and bias: they are no parameters, or only their data is used.",
    ),
    _backward(
        "all-constant",
        _RETURN,
        "return None, None, None, remembered",
        "No gradient goes through your layer at all: its output is computed under no_grad, or cut off at the end.",
    ),
    _backward(
        "graph-kept",
        "remembered = 0.0",
        "remembered = 1.0",
        "Your running statistics remember how they were computed. Each step adds to that history, and memory grows "
        "until it is full.",
    ),
)
SLIPS = (*START, *KEPT, *TRAIN, *REMEMBERED, *COUNTED, *EVAL, *RESTS, *MODES, *BACKWARD)
