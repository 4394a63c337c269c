"""The exercise ``frontier``: statistics of another domain, batch or machine."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise
from autograder.exercises import frontier_probes as probes
from autograder.exercises import frontier_shift as shift
from autograder.exercises.frontier_slips import SLIPS
from autograder.reference import frontier as reference

SHIFTED = "At the frontier, section “Adapting to a shifted domain”"
SYNCHRONIZED = "At the frontier, section “Synchronized statistics”"
REPAIRED = (
    "Alternatives to batch normalization, section “Repairing the batch statistics”"
)

MERGE, NETWORK = ("adapt_statistics",), ("adapt_network",)
RENORM, GHOST = ("batch_renorm_train",), ("ghost_batchnorm",)
SYNC, SYNC_BACK = ("sync_batchnorm",), ("sync_batchnorm_backward",)

EXERCISE = Exercise(
    name="frontier",
    title="Statistics from elsewhere",
    reference=reference,
    returns={
        "adapt_statistics": ("mean", "var"),
        "adapt_network": (("mean 1", "var 1"), ("mean 2", "var 2")),
        "batch_renorm_train": ("y", "r", "d", "running_mean", "running_var"),
        "ghost_batchnorm": "y",
        "sync_batchnorm": probes.FORWARD,
        "sync_batchnorm_backward": probes.GRADIENTS,
    },
    criteria=(
        Criterion(
            "adapt_mean",
            "The mean of uneven batches is that of all rows",
            4,
            MERGE,
            probes.adapt_mean,
            SHIFTED,
            "Put all rows below each other: the mean is that of this one array.",
        ),
        Criterion(
            "adapt_variance",
            "The variance of uneven batches is that of all rows",
            9,
            MERGE,
            probes.adapt_variance,
            SHIFTED,
            "Put all rows below each other: the variance is that of this one array.",
        ),
        Criterion(
            "adapt_layers",
            "Every layer gets the statistics of the new domain",
            10,
            NETWORK,
            shift.adapt_layers,
            SHIFTED,
            "A layer's statistics are those of what reaches it once the layers before "
            "it have their new ones.",
        ),
        Criterion(
            "adapt_recovers",
            "With your statistics the network is at home again",
            4,
            NETWORK,
            shift.adapt_recovers,
            SHIFTED,
            "The network was right at home, and the rows have only been scaled and "
            "moved.",
        ),
        Criterion(
            "renorm_ends",
            "Batch renorm: batch normalization at one end, evaluation at the other",
            6,
            RENORM,
            probes.renorm_ends,
            REPAIRED,
            "At r_max 1 and d_max 0 nothing is corrected; without limits, everything.",
        ),
        Criterion(
            "renorm_correction",
            "Batch renorm: r and d, within their limits",
            9,
            RENORM,
            probes.renorm_correction,
            REPAIRED,
            "Both compare the batch with the running statistics as they were before, "
            "and epsilon is in both deviations.",
        ),
        Criterion(
            "renorm_output",
            "Batch renorm: y follows from your r and d",
            5,
            RENORM,
            probes.renorm_output,
            REPAIRED,
            "The batch is normalized by its own statistics, then corrected by r and d, "
            "then scaled and shifted.",
        ),
        Criterion(
            "renorm_running",
            "Batch renorm: the running statistics move a step",
            6,
            RENORM,
            probes.renorm_running,
            REPAIRED,
            "They move as in batch normalization; r and d play no part in it.",
        ),
        Criterion(
            "ghost_even",
            "Ghost batches: each run of rows has its own statistics",
            7,
            GHOST,
            probes.ghost_even,
            REPAIRED,
            "Neighbouring rows form a ghost batch, and each is normalized as a batch.",
        ),
        Criterion(
            "ghost_last",
            "Ghost batches: the rows that are left over form a smaller one",
            4,
            GHOST,
            probes.ghost_last,
            REPAIRED,
            "14 rows in ghost batches of 6 are 6, 6 and 2.",
        ),
        Criterion(
            "sync_statistics",
            "Synchronized: y is that of the whole batch",
            11,
            SYNC,
            probes.sync_statistics,
            SYNCHRONIZED,
            "Whatever enters the mean and the variance has to be a sum over all "
            "processes, the number of rows included.",
        ),
        Criterion(
            "sync_affine",
            "Synchronized: epsilon, gamma, beta and the cache",
            6,
            SYNC,
            probes.sync_affine,
            SYNCHRONIZED,
            "Epsilon is added to the common variance; the cache belongs to the y that "
            "was returned, and its count is that of all processes.",
        ),
        Criterion(
            "sync_dx",
            "Synchronized: dx is that of the whole batch",
            11,
            SYNC_BACK,
            probes.sync_dx,
            SYNCHRONIZED,
            "Both means in dx run over the rows of all processes.",
        ),
        Criterion(
            "sync_parameters",
            "Synchronized: each process returns its own part of dgamma and dbeta",
            5,
            SYNC_BACK,
            probes.sync_parameters,
            SYNCHRONIZED,
            "They are sums over the process's own rows.",
        ),
        Criterion(
            "pure",
            "The functions leave their arguments as they were",
            3,
            MERGE + NETWORK + RENORM + GHOST + SYNC + SYNC_BACK,
            probes.pure,
            "At the frontier, section “Common slips”",
            "A function changed an array that it was given.",
        ),
    ),
    slips=SLIPS,
)
