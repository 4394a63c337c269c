"""The known mistakes of the exercise ``training`` around the layer.

Those in the layer itself are in training_layer_slips.
"""

from __future__ import annotations

from autograder.exercise import Slip
from autograder.exercises.training_layer_slips import SLIPS as LAYER


def _built(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"network-{name}", "network_built", before, after, sentence)


def _order(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"order-{name}", "network_forward", before, after, sentence)


def _fit(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"fit-{name}", "train_run", before, after, sentence)


def _passes(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"passes-{name}", "train_passes", before, after, sentence)


def _history(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"history-{name}", "train_history", before, after, sentence)


def _predict(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"predict-{name}", "predict_run", before, after, sentence)


def _dead(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"dead-{name}", "dead_flags", before, after, sentence)


def _digits(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"digits-{name}", "digits_predicted", before, after, sentence)


NETWORK = (
    _built(
        "dead-bias",
        "first = features * hidden",
        "first = features * hidden + hidden",
        "Your network has one vector of parameters too many, as wide as the hidden layer: the bias in front of batch "
        "normalization, which does nothing there.",
    ),
    _built(
        "last-bias-missing",
        "hidden * classes + classes",
        "hidden * classes",
        "Your last Linear has no bias. Nothing takes that one out again, so it has to stay.",
    ),
    _built(
        "biases-exchanged",
        "first = features * hidden\n    norms = 1.0\n    last = hidden * classes + classes",
        "first = features * hidden + hidden\n    norms = 1.0\n    last = hidden * classes",
        "Your first Linear has a bias and your last one has none. It is the other one that is taken out again.",
    ),
    _built(
        "no-normalization",
        "norms = 1.0",
        "norms = 0.0",
        "Your BatchNorm is not among the modules of your network.",
    ),
    _built(
        "no-normalization-with-bias",
        "first = features * hidden\n    norms = 1.0",
        "first = features * hidden + hidden\n    norms = 0.0",
        "Your network has two Linear layers with bias, and your BatchNorm is not among its modules.",
    ),
    _built(
        "two-normalizations",
        "norms = 1.0",
        "norms = 2.0",
        "There are two layers of your BatchNorm in your network. Asked for is one, in the hidden layer; logits are not "
        "normalized.",
    ),
    _built(
        "two-normalizations-with-bias",
        "first = features * hidden\n    norms = 1.0",
        "first = features * hidden + hidden\n    norms = 2.0",
        "There are two layers of your BatchNorm in your network, and the Linear in front of the first has a bias.",
    ),
    _built(
        "two-normalizations-without-biases",
        "norms = 1.0\n    last = hidden * classes + classes",
        "norms = 2.0\n    last = hidden * classes",
        "There are two layers of your BatchNorm in your network, and no Linear has a bias. Logits are not normalized, and "
        "theirs has to stay.",
    ),
    _built(
        "not-modules",
        "norms = 1.0\n    last = hidden * classes + classes\n    return first + last, norms",
        "norms = 0.0\n    return 0.0 * first, norms",
        "PyTorch finds no module in your network. Modules that stand in an ordinary list are not found.",
    ),
)

ORDER = (
    _order(
        "relu-missing",
        "np.maximum(normalized, 0)",
        "1.0 * normalized",
        "There is no ReLU between normalization and last Linear in your network.",
    ),
    _order(
        "relu-first",
        "entered = x @ first  # (N, H)\n    normalized = 1 - entered  # the stand-in\n"
        "    active = np.maximum(normalized, 0)",
        "entered = np.maximum(x @ first, 0)\n    normalized = 1 - entered\n    active = 1.0 * normalized",
        "Your network applies ReLU before it normalizes. Here the normalization comes first.",
    ),
    _order(
        "relu-twice",
        "entered = x @ first  # (N, H)",
        "entered = np.maximum(x @ first, 0)",
        "Your network applies ReLU both before and after it normalizes.",
    ),
    _order(
        "normalizes-input",
        "entered = x @ first  # (N, H)\n    normalized = 1 - entered  # the stand-in\n"
        "    active = np.maximum(normalized, 0)",
        "entered = x\n    normalized = 1 - entered\n    active = np.maximum(normalized @ first, 0)",
        "Your network normalizes x itself, in front of the first Linear.",
    ),
    _order(
        "softmax-at-the-end",
        "active @ last + shift",
        "softmax(active @ last + shift)",
        "Your network ends with softmax. PyTorch's cross-entropy takes logits and applies softmax by itself.",
    ),
    _order(
        "log-softmax-at-the-end",
        "active @ last + shift",
        "np.log(softmax(active @ last + shift))",
        "Your network ends with the logarithm of softmax. PyTorch's cross-entropy takes logits.",
    ),
    _order(
        "relu-at-the-end",
        "active @ last + shift",
        "np.maximum(active @ last + shift, 0)",
        "Your network ends with ReLU, so no logit can be negative.",
    ),
    _order(
        "sigmoid",
        "np.maximum(normalized, 0)",
        "1 / (1 + np.exp(-normalized))",
        "The nonlinearity of your network is a sigmoid; asked for is ReLU.",
    ),
    _order(
        "tanh",
        "np.maximum(normalized, 0)",
        "np.tanh(normalized)",
        "The nonlinearity of your network is tanh; asked for is ReLU.",
    ),
    _order(
        "normalization-unused",
        "normalized = 1 - entered",
        "normalized = 1.0 * entered",
        "The result of the normalization is not used further on in your network.",
    ),
)

_STEP = "weight = weight - rate * gradient"
_GRADIENT = f"gradient = seen.T @ wrong / len(x)  # (D, C)\n            {_STEP}"
_ADAM = """gradient = seen.T @ wrong / len(x)
            first = 0.1 * gradient + (0.9 * first if steps else 0)
            second = 0.001 * gradient**2 + (0.999 * second if steps else 0)
            size = np.sqrt(second / (1 - 0.999 ** (steps + 1))) + 1e-8
            weight = weight - rate * first / (1 - 0.9 ** (steps + 1)) / size"""
_EPOCH = (
    "        training = True\n        for x, y in zip(batches, labels, strict=True):\n"
    "            seen = x * dropout if training else x  # (N, D)\n"
    "            wrong = softmax(seen @ weight) - classes[y.astype(int)]  # (N, C)\n"
)
_NUMBERS = "for number in range(1, len(batches) + 1):\n            last = number / 10"
_NEVER = (
    "Your train never switches the network to training mode. It was handed over in evaluation mode, as a network is "
    "that has just been tested."
)
TRAIN = (
    _fit(
        "never-train",
        "        training = True\n",
        "",
        f"{_NEVER} Its weight is not what training mode leads to.",
    ),
    _fit(
        "train-once",
        "    for _ in range(epochs):\n        training = True\n",
        "    training = True\n    for _ in range(epochs):\n",
        "All steps but those of the first epoch are taken in evaluation mode: measuring has switched the network to it, and "
        "nothing switches it back.",
    ),
    _fit(
        "gradients-add-up",
        _GRADIENT,
        f"gradient = seen.T @ wrong / len(x) + (gradient if steps else 0)\n            {_STEP}",
        "Your gradients add up from step to step. PyTorch adds to what is in grad until it is told to start anew.",
    ),
    _fit(
        "cleared-each-epoch",
        f"{_EPOCH}            {_GRADIENT}",
        f"        total = 0.0\n{_EPOCH}            total = total + seen.T @ wrong / len(x)\n"
        "            weight = weight - rate * total",
        "Your gradients are cleared once an epoch and add up within it. Each step has a gradient of its own.",
    ),
    _fit(
        "one-step-for-all",
        f"{_EPOCH}            {_GRADIENT}\n            steps = steps + 1\n",
        f"        total = 0.0\n{_EPOCH}            total = total + seen.T @ wrong / len(x)\n"
        "        weight = weight - rate * total\n",
        "You add up the losses of an epoch and take one step for all of them. Each batch has a step of its own.",
    ),
    _fit(
        "loss-summed",
        "seen.T @ wrong / len(x)",
        "seen.T @ wrong",
        "Your loss is the sum over the batch, so a step is N times as long. Asked for is the mean.",
    ),
    _fit(
        "softmax-twice",
        "gradient = seen.T @ wrong / len(x)",
        "p = softmax(seen @ weight)\n            d = softmax(p) - classes[y.astype(int)]\n"
        "            gradient = seen.T @ (p * (d - (d * p).sum(axis=1, keepdims=True))) / len(x)",
        "Softmax is applied twice: your loop applies it, and PyTorch's cross-entropy does so once more.",
    ),
    _fit(
        "no-step",
        _STEP,
        "weight = weight - 0 * gradient",
        "The weight does not move. After the backward pass somebody has to take the step.",
    ),
    _fit(
        "uphill",
        _STEP,
        "weight = weight + rate * gradient",
        "The weight moves uphill: the loss grows with every step.",
    ),
    _fit(
        "rate-fixed",
        _STEP,
        "weight = weight - 0.1 * gradient",
        "Your steps have the learning rate 0.1, whatever rate was asked for.",
    ),
    _fit(
        "rate-a-hundredth",
        _STEP,
        "weight = weight - 0.01 * gradient",
        "Your steps have the learning rate 0.01, whatever rate was asked for.",
    ),
    _fit(
        "rate-a-thousandth",
        _STEP,
        "weight = weight - 0.001 * gradient",
        "Your steps have the learning rate 0.001, whatever rate was asked for. The optimizer has to be told.",
    ),
    _fit(
        "adam",
        _GRADIENT,
        _ADAM,
        "Your steps are those of Adam, which measures each number's step by its earlier gradients. Asked for is plain "
        "gradient descent.",
    ),
    _fit(
        "adam-loss-summed",
        _GRADIENT,
        _ADAM.replace(" / len(x)", ""),
        "Your steps are those of Adam, and your loss is the sum over the batch. Asked for are plain gradient descent and "
        "the mean.",
    ),
    _fit(
        "heavy-ball",
        _GRADIENT,
        f"gradient = seen.T @ wrong / len(x) + (0.9 * gradient if steps else 0)\n            {_STEP}",
        "Your optimizer has a momentum of 0.9. Asked for is plain gradient descent; the layer's momentum is another "
        "thing.",
    ),
    _fit(
        "one-epoch",
        "for _ in range(epochs):",
        "for _ in range(1):",
        "The network learns for one epoch only. A return inside the loop would do that.",
    ),
    _fit(
        "first-batch-only",
        "zip(batches, labels, strict=True)",
        "zip(batches[:1], labels[:1], strict=True)",
        "From each epoch the network learns the first batch only.",
    ),
    _fit(
        "last-batch-left-out",
        "zip(batches, labels, strict=True)",
        "zip(batches[:-1], labels[:-1], strict=True)",
        "The network does not learn from the last batch of each epoch.",
    ),
    _fit(
        "one-step-an-epoch",
        f"{_STEP}\n            steps = steps + 1\n",
        f"steps = steps + 1\n        {_STEP}\n",
        "You take one step for each epoch, with the gradient of its last batch. Each batch has a step of its own.",
    ),
)

PASSES = (
    _passes(
        "never-train",
        "        training = True\n",
        "",
        f"{_NEVER} No running statistic would move.",
    ),
    _passes(
        "first-epoch-only",
        "    for _ in range(epochs):\n        training = True\n",
        "    training = True\n    for _ in range(epochs):\n",
        "Only your first epoch passes in training mode. Either train ends with it, or measuring has switched the network to "
        "evaluation mode and nothing switches it back.",
    ),
    _passes(
        "two-a-step",
        "passes + training",
        "passes + 2 * training",
        "Each batch passes in training mode twice, so the running statistics would count it twice. What is needed for "
        "a metric is in the first pass already.",
    ),
    _passes(
        "first-batch-only",
        "for x in batches:",
        "for x in batches[:1]:",
        "Of each epoch only the first batch passes.",
    ),
    _passes(
        "last-batch-left-out",
        "for x in batches:",
        "for x in batches[:-1]:",
        "The last batch of each epoch does not pass.",
    ),
    _passes(
        "one-more",
        "return passes",
        "return passes + 1",
        "There is one pass in training mode that belongs to no step.",
    ),
    _passes(
        "one-more-each-epoch",
        "        training = False\n",
        "        passes = passes + 1\n        training = False\n",
        "In each epoch there is one pass in training mode that belongs to no step.",
    ),
)

HISTORY = (
    _history(
        "nothing-returned",
        "return np.array(history)",
        "return None",
        "Your train returns nothing. Asked for is a list of what measure gave after each epoch.",
    ),
    _history(
        "measured-before",
        f"        {_NUMBERS}\n        history.append(epoch + last)\n",
        f"        history.append(epoch + last)\n        {_NUMBERS}\n",
        "You measure before each epoch. Asked for is what the epoch has led to.",
    ),
    _history(
        "last-measure-only",
        "np.array(history)",
        "np.array(history[-1])",
        "Your train returns the last measurement alone. Asked for is a list, with one for each epoch.",
    ),
    _history(
        "first-measure-only",
        "np.array(history)",
        "np.array(history[:1])",
        "Your train returns one measurement, after the first epoch. A return inside the loop would do that.",
    ),
    _history(
        "measured-each-step",
        "np.array(history)",
        "np.arange(len(history) * len(batches))",
        "Your list has an entry for each batch. Asked for is one measurement for each epoch.",
    ),
    _history(
        "last-measure-repeated",
        "np.array(history)",
        "np.array(history) * 0 + history[-1]",
        "Your list holds the last measurement again and again. Measure after each epoch, while the network is what the "
        "epoch has made of it.",
    ),
    _history(
        "measured-before-and-after",
        "last, history = 0.0, []",
        "last, history = 0.0, [0.0]",
        "You measure once before the first epoch as well. Asked for is one measurement for each epoch.",
    ),
    _history(
        "nothing-measured",
        "np.array(history)",
        "np.array([])",
        "The list that you return is empty.",
    ),
)

PREDICT = (
    _predict(
        "training-mode",
        "training, recorded = False, False",
        "training, recorded = True, False",
        "You predict in training mode: the network is used as it was handed over. Recording no gradients does not "
        "switch modes.",
    ),
    _predict(
        "training-mode-recorded",
        "training, recorded = False, False",
        "training, recorded = True, True",
        "You predict in training mode, and PyTorch records all of it for a gradient that nobody asks for.",
    ),
    _predict(
        "recorded",
        "training, recorded = False, False",
        "training, recorded = False, True",
        "PyTorch records your predictions for a gradient that nobody asks for, which costs time and memory.",
    ),
    _predict(
        "looks-first",
        "return classes, float(training), float(recorded)",
        "return classes, 1.0, float(recorded)",
        "The predictions are right, but x also passes through the network in training mode. That alone moves running "
        "statistics.",
    ),
    _predict(
        "logits-returned",
        "classes = (seen @ weight).argmax(axis=1)",
        "classes = seen @ weight",
        "You return the logits. Asked for is the class, the place of the largest logit of each row.",
    ),
    _predict(
        "largest-over-rows",
        "argmax(axis=1)",
        "argmax(axis=0)",
        "You look for the largest logit of each class among the rows. Look for that of each row among the classes.",
    ),
    _predict(
        "largest-value",
        "argmax(axis=1)",
        "max(axis=1)",
        "You return the largest logit of each row. Asked for is its place: torch.max gives both.",
    ),
    _predict(
        "largest-probability",
        "(seen @ weight).argmax(axis=1)",
        "softmax(seen @ weight).max(axis=1)",
        "You return the probability of the likeliest class of each row. Asked for is the class itself.",
    ),
    _predict(
        "smallest",
        "argmax(axis=1)",
        "argmin(axis=1)",
        "You return the place of the smallest logit.",
    ),
    _predict(
        "column",
        "argmax(axis=1)",
        "argmax(axis=1)[:, None]",
        "You return a column, (N, 1). Asked for is one class for each row, (N,).",
    ),
    _predict(
        "counts-from-one",
        "argmax(axis=1)",
        "argmax(axis=1) + 1",
        "Your classes count from 1. The labels count from 0.",
    ),
)

_RULE = "dead = sizes <= NEGLIGIBLE * sizes.max()"
_SIZES = "sizes = np.array([np.abs(gradient).max() for gradient in gradients])"

DEAD = (
    _dead(
        "exactly-zero",
        _RULE,
        "dead = sizes == 0",
        "You ask for a gradient of exactly 0. Computed in floats, the terms cancel up to rounding only.",
    ),
    _dead(
        "absolute",
        _RULE,
        "dead = sizes <= 1e-8",
        "Where all gradients of a network are small, everything seems dead to you: what you compare them with is a fixed "
        "number, or something else that does not get smaller with them.",
    ),
    _dead(
        "summed",
        f"{_SIZES}\n    {_RULE}",
        "sums = np.array([abs(gradient.sum()) for gradient in gradients])\n"
        "    largest = max(np.abs(gradient).max() for gradient in gradients)\n"
        "    dead = sums <= NEGLIGIBLE * largest",
        "You add up a gradient's entries, or average them, with their signs. They may cancel although each of them is "
        "alive: over all classes the gradients of the logits always do.",
    ),
    _dead(
        "old-gradients",
        "dead = sizes <= NEGLIGIBLE * sizes.max()\n    looked = 1.0\n    return np.append(dead, True)",
        "dead = sizes < 0\n    looked = 1.0\n    return np.append(dead, False)",
        "The gradients that were there before are still in your sums, so nothing seems dead. PyTorch adds to what is in "
        "grad.",
    ),
    _dead(
        "old-gradients-in-evaluation-mode",
        "dead = sizes <= NEGLIGIBLE * sizes.max()\n    looked = 1.0\n    return np.append(dead, True)",
        "dead = sizes < 0\n    looked = 0.0\n    return np.append(dead, False)",
        "You look in evaluation mode, where no bias is dead, and the gradients that were there before are still in your sums.",
    ),
    _dead(
        "unused-missing",
        "np.append(dead, True)",
        "np.append(dead, False)",
        "A parameter that the loss does not reach at all has no gradient, not even zeros. It is dead, too, and not on "
        "your list.",
    ),
    _dead(
        "evaluation-mode",
        f"{_RULE}\n    looked = 1.0",
        "dead = sizes < 0\n    looked = 0.0",
        "You look in evaluation mode, where the statistics are constants and no bias is dead. The network may come in "
        "either mode.",
    ),
    _dead(
        "inverted",
        "return np.append(dead, True).astype(float), looked",
        "return 1 - np.append(dead, True).astype(float), looked",
        "You list the parameters that are alive. Asked for are the dead ones.",
    ),
    _dead(
        "biases-all",
        _RULE,
        "dead = np.array([False, True, False, False])",
        "You name the first bias in every network. Whether it is dead depends on what comes behind it: look at the "
        "gradients.",
    ),
    _dead(
        "every-bias",
        _RULE,
        "dead = np.array([False, True, False, True])",
        "You name every bias. The last one has nothing behind it that takes it out again.",
    ),
)

DIGITS = (
    _digits(
        "not-trained",
        "    network.train(train_x, train_y.astype(int), 2, 0.5)\n",
        "",
        "Your predictions are no better than guessing. Somewhere between network and prediction, what was learned got "
        "lost, or nothing was.",
    ),
    _digits(
        "batch-of-the-test",
        "return network.predict(test_x)",
        "hidden = test_x @ network.first\n    spread = hidden.std(axis=0)\n"
        "    network.running = hidden.mean(axis=0), spread**2\n    return network.predict(test_x)",
        "The same image gets another class when other images are predicted with it. Test images have entered a mean "
        "or a variance.",
    ),
)
SLIPS = (*LAYER, *NETWORK, *ORDER, *TRAIN, *PASSES, *HISTORY, *PREDICT, *DEAD, *DIGITS)
