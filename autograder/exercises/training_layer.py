"""What the exercise ``training`` asks of the layer, and where the book explains it."""

from __future__ import annotations

from autograder.exercise import Criterion
from autograder.exercises import training_layer_probes as probes


def _section(title: str) -> str:
    return f"Training with batch normalization, section “{title}”"


MEMORY = _section("Running statistics: an average with a memory")
MODES = _section("Training and evaluation mode")
BIAS = _section("A bias in front of batch normalization is dead")
PEEK = _section("No test data in the statistics")
PLACE = _section("Before or after the nonlinearity")
STARTS = _section("Where γ and β start")
CURVES = _section("Reading the curves")

REMEMBERED = ("layer_remembered",)
BACKWARD = ("layer_backward",)

LAYER: tuple[Criterion, ...] = (
    Criterion(
        "start",
        "A new layer changes nothing but the scale",
        3,
        ("layer_start",),
        probes.start,
        STARTS,
        "With these values evaluation mode must leave x as it is, epsilon aside.",
    ),
    Criterion(
        "kept",
        "What is trained and what is measured are kept apart",
        5,
        ("layer_kept", "layer_beside"),
        probes.kept,
        MODES,
        "An optimizer gets the parameters; parameters and buffers are saved, and move "
        "to a GPU with the network.",
    ),
    Criterion(
        "train_output",
        "Training mode normalizes with the batch",
        6,
        ("layer_train",),
        probes.train_output,
        MODES,
        "y must be the batch normalization of each batch by itself.",
    ),
    Criterion(
        "running_mean",
        "The running mean remembers the batches",
        4,
        REMEMBERED,
        probes.running_mean,
        MEMORY,
        "The layer was made with a momentum of its own; three batches of different "
        "sizes went through it.",
    ),
    Criterion(
        "running_var",
        "The running variance remembers the batches",
        6,
        REMEMBERED,
        probes.running_var,
        MEMORY,
        "The layer was made with a momentum of its own; three batches of different "
        "sizes went through it.",
    ),
    Criterion(
        "counted",
        "Each batch is counted once",
        2,
        ("layer_counted",),
        probes.counted,
        MODES,
        "num_batches_tracked is the number of batches seen in training mode.",
    ),
    Criterion(
        "eval_output",
        "Evaluation mode normalizes with what is remembered",
        5,
        ("layer_eval",),
        probes.eval_output,
        MODES,
        "y must come from x, the running statistics, weight and bias, row by row.",
    ),
    Criterion(
        "eval_state",
        "An evaluation changes nothing",
        3,
        ("layer_rests",),
        probes.eval_state,
        PEEK,
        "After an evaluation the layer must be what it was before.",
    ),
    Criterion(
        "modes",
        "The mode is what self.training says",
        3,
        ("layer_modes",),
        probes.modes,
        MODES,
        "torch.no_grad() is another switch: it must not change what the layer does.",
    ),
    Criterion(
        "gradient",
        "The gradient goes through the batch's statistics",
        3,
        BACKWARD,
        probes.gradient,
        MODES,
        "Autograd has to see every step from x, weight and bias to y. The slope is "
        "found by moving one number a little to either side, in training mode.",
    ),
    Criterion(
        "graph",
        "The running statistics forget how they were computed",
        2,
        BACKWARD,
        probes.graph,
        MODES,
        "What the layer remembers must not be part of the gradient.",
    ),
)
