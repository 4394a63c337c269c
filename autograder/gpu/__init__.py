"""Batch normalization in Triton, for NVIDIA GPUs.

``by_channel`` holds the kernels with one program per channel, ``split`` those that
share a channel among programs, ``function`` what calls them and gives autograd its
gradients, ``ahead`` what compiles them where there is no GPU. This module imports
nothing: the judge works where there is neither PyTorch nor Triton.
"""
