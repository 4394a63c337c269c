"""The exercise ``gpu``: an autograd Function, and a Triton kernel for each pass."""

from __future__ import annotations

from autograder.exercise import Criterion, Exercise
from autograder.exercises import gpu_probes as probes
from autograder.exercises.gpu_slips import SLIPS
from autograder.reference import gpu as reference


def _section(title: str) -> str:
    return f"Batch normalization on a GPU, section “{title}”"


FORWARD = ("function_forward",)
BACKWARD = ("function_backward",)
KERNEL = ("kernel_forward",)
KERNEL_BACKWARD = ("kernel_backward",)

EXERCISE = Exercise(
    name="gpu",
    title="Batch normalization on a GPU",
    reference=reference,
    returns={
        "function_forward": ("y", ("x_hat", "gamma", "inv_std")),
        "function_backward": ("dx", "dgamma", "dbeta"),
        "kernel_forward": ("y", "mean", "var"),
        "kernel_forward_half": ("mean", "var"),
        "kernel_backward": ("dx", "dgamma", "dbeta"),
        "kernels_compiled": "compiled",
        "share_report": "report",
    },
    criteria=(
        Criterion(
            "function_output",
            "The Function's forward pass normalizes",
            8,
            FORWARD,
            probes.function_output,
            _section("Your own gradient: an autograd Function"),
            "y must be the batch normalization of x in training mode.",
        ),
        Criterion(
            "function_saved",
            "It saves what its backward pass needs",
            4,
            FORWARD,
            probes.function_saved,
            _section("Your own gradient: an autograd Function"),
            "x_hat, gamma and inv_std must be saved, in this order, as they belong to "
            "the y that was returned.",
        ),
        Criterion(
            "function_parameters",
            "Autograd gets the gradients of gamma and beta",
            6,
            BACKWARD,
            probes.function_parameters,
            _section("Your own gradient: an autograd Function"),
            "Gamma and beta are used by every row of the batch.",
        ),
        Criterion(
            "function_input",
            "Autograd gets the gradient of x",
            12,
            BACKWARD,
            probes.function_input,
            _section("Your own gradient: an autograd Function"),
            "x reaches y on three ways: directly, through the mean and through the "
            "variance.",
        ),
        Criterion(
            "kernel_statistics",
            "The kernel's mean and variance are those of each channel",
            10,
            KERNEL,
            probes.kernel_statistics,
            _section("A first Triton kernel: one program per channel"),
            "Each program handles one channel, all samples and all positions.",
        ),
        Criterion(
            "kernel_output",
            "Its y belongs to its mean and variance",
            8,
            KERNEL,
            probes.kernel_output,
            _section("A first Triton kernel: one program per channel"),
            "y must follow from x, gamma, beta and the mean and variance stored.",
        ),
        Criterion(
            "kernel_odd",
            "It is right where the last block is not full",
            8,
            KERNEL,
            probes.kernel_odd,
            _section("A first Triton kernel: one program per channel"),
            "111 numbers for each channel do not fill two blocks of 64. If whole "
            "blocks come out right, look at what the lanes beyond the end hold.",
        ),
        Criterion(
            "kernel_half",
            "Sums over float16 are kept in float32",
            5,
            ("kernel_forward_half",),
            probes.kernel_half,
            _section("Mixed precision"),
            "x is float16 here, and the sums must be kept in float32: a float16 holds "
            "at most 65504, and three digits.",
        ),
        Criterion(
            "kernel_stable",
            "A large offset of x does not spoil the variance",
            4,
            KERNEL,
            probes.kernel_stable,
            _section("Mixed precision"),
            "A constant added to x must not change its variance. If var is right "
            "elsewhere, look for a difference of two large, almost equal numbers: it "
            "loses its digits.",
        ),
        Criterion(
            "backward_sums",
            "The backward kernel's dgamma and dbeta are right",
            8,
            KERNEL_BACKWARD,
            probes.backward_sums,
            _section("A first Triton kernel: one program per channel"),
            "dbeta sums dy over a channel, dgamma sums dy times x_hat.",
        ),
        Criterion(
            "backward_input",
            "Its dx belongs to its dgamma and dbeta",
            14,
            KERNEL_BACKWARD,
            probes.backward_input,
            _section("A first Triton kernel: one program per channel"),
            "dx must follow from x, dy, gamma, the statistics and the sums stored.",
        ),
        Criterion(
            "backward_odd",
            "It is right where the last block is not full",
            8,
            KERNEL_BACKWARD,
            probes.backward_odd,
            _section("A first Triton kernel: one program per channel"),
            "111 numbers for each channel do not fill two blocks of 64. If whole "
            "blocks come out right, look at what the lanes beyond the end hold.",
        ),
        Criterion(
            "compiled",
            "Both kernels compile for a T4, an A100 and an H100",
            5,
            ("kernels_compiled",),
            probes.compiled,
            _section("A first Triton kernel: one program per channel"),
        ),
        Criterion(
            "share",
            "Optional: the report of its speed on your GPU is consistent",
            0,
            ("share_report",),
            probes.share,
            _section("Timing honestly"),
            "The share must follow from the two times, and no kernel that reads x "
            "twice and writes y is faster than a copy by more than measuring errs.",
        ),
    ),
    slips=SLIPS,
    # Compiling takes a second or two, and many where the machine is busy.
    call_seconds=20.0,
)
