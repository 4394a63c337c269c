"""Known mistakes in the tests of layers whose parameters are not known.

These are ``mates_ok``, ``evaluation_ok`` and ``state_ok``. Each compares what the layer
returns for an input with what it returns for a changed one; the mistakes are changes
under which the suspect, too, does what a right layer does.
"""

from __future__ import annotations

from autograder.exercise import Slip

_MATES_RETURN = "return same(moved, shuffled(y), 1e-3) and same(stretched, y, 1e-3)"
_SHUFFLED = (
    "channels = np.moveaxis(images, 1, 0)  # (C, N, H, W)\n"
    "        bag = channels.reshape(3, -1)[:, order]\n"
    "        return np.moveaxis(bag.reshape(channels.shape), 0, 1)"
)
_ALONE = "alone = np.concatenate([layer(row[None, :]) for row in x])"
_EVALUATION = f"together = layer(x)\n    {_ALONE}"
_DRAWN = "x = rng.normal(2, 3, (4, 3))"
_QUIET = 'quiet = layer([("train", batch), ("eval", asked)])'
_BETWEEN = (
    'between = layer([("train", batch), ("eval", 3 * other + 5), ("eval", asked)])'
)
_BOTH = f"{_QUIET}\n    {_BETWEEN}"


def _mates(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"mates-{name}", "mates_ok", before, after, sentence)


def _evaluation(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"evaluation-{name}", "evaluation_ok", before, after, sentence)


def _state(name: str, before: str, after: str, sentence: str) -> Slip:
    return Slip(f"state-{name}", "state_ok", before, after, sentence)


MATES = (
    _mates(
        "statistics",
        _MATES_RETURN,
        "means = stretched.mean(axis=(0, 2, 3)), y.mean(axis=(0, 2, 3))\n"
        "    spreads = stretched.std(axis=(0, 2, 3)), y.std(axis=(0, 2, 3))\n"
        "    other = layer(rng.normal(5, 2, x.shape))\n"
        "    third = same(other.mean(axis=(0, 2, 3)), means[1], 1e-3)\n"
        "    return third and same(*means, 1e-3) and same(*spreads, 1e-3)",
        "mates_ok looks at the mean and the spread of each channel of the output. They "
        "are right, too, where each image has statistics of its own.",
    ),
    _mates(
        "whole-images",
        _SHUFFLED,
        "return images[::-1]",
        "mates_ok changes the order of the images. Where each image has statistics of "
        "its own, that changes the order of the output in the same way.",
    ),
    _mates(
        "order-of-images-only",
        _MATES_RETURN,
        "return same(layer(x[::-1]), y[::-1], 1e-3)",
        "mates_ok asks of the layer only that the images may come in another order. That is so where each image has "
        "statistics of its own, too, and where nothing is normalized.",
    ),
    _mates(
        "within-images",
        _SHUFFLED,
        "pixels = images.reshape(4, 3, -1)\n"
        "        return pixels[..., order[order < 10]].reshape(images.shape)",
        "mates_ok never lets a pixel go from one image to another: it moves pixels "
        "within an image, or shows one image at a time. The statistics of an image do "
        "not change by that.",
    ),
    _mates(
        "stretched-only",
        _MATES_RETURN,
        "return same(stretched, y, 1e-3)",
        "mates_ok stretches and shifts the whole batch, which drops out of the "
        "statistics of an image as it does of those of the batch.",
    ),
    _mates(
        "shuffled-only",
        _MATES_RETURN,
        "return same(moved, shuffled(y), 1e-3)",
        "mates_ok is content with a layer that does the same to all pixels of a "
        "channel. A layer that does not normalize does that, too.",
    ),
)

EVALUATION = (
    _evaluation(
        "reordered",
        _ALONE,
        "alone = layer(x[[2, 0, 3, 1]])[[1, 3, 0, 2]]",
        "evaluation_ok changes the order of the rows. The statistics of a batch do not "
        "depend on the order.",
    ),
    _evaluation(
        "repeated",
        _ALONE,
        "alone = layer(np.concatenate([x, x]))[:4]",
        "evaluation_ok shows the same batch twice over. Its mean stays what it was, "
        "and so does its variance.",
    ),
    _evaluation(
        "copies",
        _DRAWN,
        "x = np.repeat(rng.normal(2, 3, (1, 3)), 4, axis=0)",
        "The rows of the batch are copies of one row in evaluation_ok. It must be in "
        "different company to give away that company matters.",
    ),
    _evaluation(
        "shifted",
        f"{_EVALUATION}\n    return same(alone, together, 1e-3)",
        "together, alone = layer(x), layer(x + 5)\n"
        "    return not same(alone, together, 1e-3)",
        "evaluation_ok asks only whether the output moves when the whole batch is "
        "shifted. It moves as soon as the batch's mean is not subtracted; how far, and "
        "what the spread does, you do not look at.",
    ),
    _evaluation(
        "one-row",
        f"{_EVALUATION}\n    return same(alone, together, 1e-3)",
        "y = [layer(row[None, :] + k)[0] for row in x for k in (0, 1, 2)]\n"
        "    steps = np.diff(np.reshape(y, (4, 3, 3)), axis=1)\n"
        "    return same(steps[:, 0], steps[:, 1], 1e-3) and bool(steps.all())",
        "evaluation_ok shows the layer single rows only. It is in company that the "
        "company can matter.",
    ),
)

STATE = (
    _state(
        "one-evaluation",
        _BOTH,
        'between = layer([("train", batch), ("eval", asked)])\n'
        "    mean = 0.1 * batch.mean(axis=0)\n"
        "    var = 0.9 + 0.1 * batch.var(axis=0, ddof=1)\n"
        "    quiet = [(asked - mean) / np.sqrt(var + 1e-5)]",
        "state_ok evaluates once and stops. What an evaluation leaves behind shows in "
        "what comes after it.",
    ),
    _state(
        "trained-on",
        _BOTH,
        'trained = [("train", asked)] * 120\n'
        '    quiet = layer([*trained, ("eval", asked)])\n'
        '    between = layer([*trained, ("eval", asked), ("eval", asked)])',
        "state_ok evaluates the batch on which it has trained for long. The "
        "statistics are that batch's already, and moving towards it changes nothing.",
    ),
    _state(
        "train-after",
        _BOTH,
        'quiet = layer([("train", batch), ("train", asked)])\n'
        '    between = layer([("train", batch), ("eval", 3 * other + 5), '
        '("train", asked)])',
        "state_ok looks at the output of training after the evaluation. Training uses "
        "the statistics of its batch, whatever the running ones are.",
    ),
    _state(
        "constant",
        "batch, other, asked = rng.normal(2, 3, (3, 5, 3))",
        "batch, other, asked = np.zeros((3, 5, 3))",
        "The batch that is asked about is constant and 0 in state_ok.",
    ),
)

SLIPS = (*MATES, *EVALUATION, *STATE)
