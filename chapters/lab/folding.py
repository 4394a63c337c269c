"""Fold every batch normalization of a network into the convolution before it."""

import copy
import time

import numpy as np
import torch
from torch import Tensor, nn

from autograder.reference.convolution import fold_into_conv


def fused(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """Return one convolution that does in evaluation mode what the two do together."""
    bias = torch.zeros(conv.out_channels) if conv.bias is None else conv.bias
    kept = (norm.weight, norm.bias, norm.running_mean, norm.running_var)
    arrays = [part.detach().double().numpy() for part in (conv.weight, bias, *kept)]
    new_weight, new_bias = fold_into_conv(*arrays, norm.eps)
    size, stride, padding = conv.kernel_size, conv.stride, conv.padding
    made = nn.Conv2d(conv.in_channels, conv.out_channels, size, stride, padding)
    made = made.to(conv.weight.dtype)
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(new_weight))
        made.bias.copy_(torch.from_numpy(new_bias))
    return made


def folded(net: nn.Module) -> nn.Module:
    """Return a copy of ``net`` in evaluation mode, without batch normalization.

    Folds each pair of a convolution and a normalization that stand side by side in an
    ``nn.Sequential``.
    """
    return _replace(copy.deepcopy(net).eval())


def _replace(module: nn.Module) -> nn.Module:
    for name, child in module.named_children():
        if _is_pair(child):
            module.register_module(name, fused(*child))
        else:
            _replace(child)
    return module


def _is_pair(module: nn.Module) -> bool:
    kinds = [type(layer) for layer in module.children()]
    return kinds == [nn.Conv2d, nn.BatchNorm2d]


@torch.no_grad()
def time_ratios(one: nn.Module, other: nn.Module, x: Tensor, rounds: int) -> np.ndarray:
    """Return the processor time of ``one`` over that of ``other``, round by round.

    The two take turns, so that whatever else the machine does hits both.
    """
    one.eval(), other.eval()
    ratios = []
    for _ in range(rounds + 2):
        spent = []
        for net in (one, other):
            start = time.process_time()
            net(x)
            spent.append(time.process_time() - start)
        ratios.append(spent[0] / max(spent[1], 1e-9))
    return np.array(ratios[2:])  # the first rounds warm up
