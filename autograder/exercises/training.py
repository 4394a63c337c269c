"""The exercise ``training``: a layer with modes, in a network that is trained."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise, Written
from autograder.exercises import training_probes as probes
from autograder.exercises.training_layer import (
    BIAS,
    CURVES,
    LAYER,
    MODES,
    PEEK,
    PLACE,
)
from autograder.exercises.training_slips import SLIPS
from autograder.reference import training as reference

PREDICT = ("predict_run",)
DEAD = ("dead_flags",)
DIGITS = ("digits_predicted",)

AROUND = (
    Criterion(
        "parameters",
        "The network has no parameter too many",
        3,
        ("network_built",),
        probes.parameters,
        BIAS,
        "Linear, BatchNorm, ReLU, Linear: count weights and biases that are needed.",
    ),
    Criterion(
        "order",
        "Linear, BatchNorm, ReLU, Linear, in this order",
        5,
        ("network_forward",),
        probes.order,
        PLACE,
        "For this check u becomes 1 - u where your BatchNorm stands.",
    ),
    Criterion(
        "steps",
        "Each batch gives one step of gradient descent",
        6,
        ("train_run",),
        probes.steps,
        MODES,
        "A step is the rate times the gradient of the batch's mean loss, in training "
        "mode, and nothing else.",
    ),
    Criterion(
        "train_mode",
        "Each batch passes in training mode once",
        4,
        ("train_passes",),
        probes.train_mode,
        MODES,
        "Each pass in training mode moves the running statistics.",
    ),
    Criterion(
        "history",
        "It is measured after each epoch",
        2,
        ("train_history",),
        probes.history,
        CURVES,
        "train returns what measure(network) gave after each epoch.",
    ),
    Criterion(
        "predictions",
        "Predictions are made in evaluation mode",
        5,
        PREDICT,
        probes.predictions,
        MODES,
        "The class of a row is the place of its largest logit in evaluation mode.",
    ),
    Criterion(
        "looks_only",
        "A prediction changes and records nothing",
        3,
        PREDICT,
        probes.looks_only,
        PEEK,
    ),
    Criterion(
        "dead",
        "Dead parameters are found",
        5,
        DEAD,
        probes.dead,
        BIAS,
        "1 stands for a parameter that is named, in the order of named_parameters: "
        "first weight and bias, last weight and bias, and one that nothing uses. Old "
        "gradients are there when you start, and the network is in evaluation mode.",
    ),
    Criterion(
        "spared",
        "Those that live are spared",
        3,
        DEAD,
        probes.spared,
        BIAS,
        "1 stands for a parameter that is named, in the order of named_parameters: "
        "first weight and bias, last weight and bias, and one that nothing uses.",
    ),
    Criterion(
        "accuracy",
        "Put together, it reads digits",
        4,
        DIGITS,
        probes.accuracy,
        CURVES,
        f"At least {probes.ENOUGH:.0%} are asked of {probes.TRAINING} training images; "
        "how many epochs, and at what rate, is up to you.",
    ),
    Criterion(
        "no_leak",
        "Nothing is learned from the test images",
        3,
        DIGITS,
        probes.no_leak,
        PEEK,
        "The same images are predicted twice, beside others of two kinds.",
    ),
)

READING = Written(
    "reading",
    "The reading of the curves",
    15,
    rubric=(
        (
            4,
            "Speed: for one value of the training loss it is read off when the first "
            "and the second network reach it, with the spread over the seeds.",
        ),
        (
            4,
            "Two gaps: the mode gap and the generalization gap of the first network "
            "are told apart and read off, each from the two lines it lies between.",
        ),
        (
            4,
            "The third network: its trouble is laid to the running statistics and not "
            "to overfitting, from the right pair of lines, and a remedy is named.",
        ),
        (
            3,
            "Limits: two things are named that these curves cannot show, and for one "
            "of them an experiment that could.",
        ),
    ),
)

EXERCISE = Exercise(
    name="training",
    title="Training with batch normalization",
    reference=reference,
    returns={
        "layer_start": (
            "weight",
            "bias",
            "running_mean",
            "running_var",
            "num_batches_tracked",
        ),
        "layer_kept": (
            "weight",
            "bias",
            "running_mean",
            "running_var",
            "num_batches_tracked",
        ),
        "layer_beside": "whether a second layer stays",
        "layer_train": "y",
        "layer_remembered": ("running_mean", "running_var"),
        "layer_counted": "num_batches_tracked",
        "layer_eval": "y",
        "layer_rests": ("running_mean", "running_var", "num_batches_tracked"),
        "layer_modes": ("y under no_grad", "mean under no_grad", "y", "mean"),
        "layer_backward": (
            "dx",
            "gradient of weight",
            "gradient of bias",
            "running_mean.requires_grad",
        ),
        "network_built": ("number of parameters", "number of BatchNorm layers"),
        "network_forward": ("what enters BatchNorm", "output"),
        "train_run": "weight",
        "train_passes": "passes",
        "train_history": "what train returns",
        "predict_run": ("what predict returns", "passes", "recorded"),
        "dead_flags": ("names", "looked at in training mode"),
        "digits_predicted": "what fit_and_predict returns",
    },
    criteria=(*LAYER, *AROUND),
    slips=SLIPS,
    written=(READING,),
    # A training takes a second or two, and more where the machine is busy.
    call_seconds=20.0,
)
