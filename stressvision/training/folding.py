"""Convolutions with their batch normalisation folded in, and the residual network made of them."""

from dataclasses import dataclass

import numpy as np
from torch import nn

from stressvision.training.data import FloatArray
from stressvision.training.network import Convolution, ResidualBlock, ResidualNetwork


@dataclass(frozen=True)
class FoldedConvolution:
    """A convolution with its normalisation folded in: kernel [height,width,inputs,outputs], bias [outputs]."""

    kernel: FloatArray
    bias: FloatArray
    stride: int


@dataclass(frozen=True)
class FoldedBlock:
    """A residual block of folded convolutions."""

    first: FoldedConvolution
    second: FoldedConvolution
    shortcut: FoldedConvolution | None
    stride: int


@dataclass(frozen=True)
class FoldedNetwork:
    """Everything a shipped network computes: entry, blocks, and the class head ([features,C] and [C])."""

    entry: FoldedConvolution
    blocks: tuple[FoldedBlock, ...]
    head: FloatArray
    head_bias: FloatArray


def fold_convolution(convolution: Convolution) -> FoldedConvolution:
    """Multiply a convolution by its batch normalisation, as it stands in evaluation."""
    weights = convolution.state_dict()
    scale = weights["norm.weight"] / (weights["norm.running_var"] + convolution.norm.eps).sqrt()
    kernel = weights["kernel.weight"] * scale[:, None, None, None]
    bias = weights["norm.bias"] - weights["norm.running_mean"] * scale
    return FoldedConvolution(np.ascontiguousarray(kernel.permute(2, 3, 1, 0).numpy()), bias.numpy(), convolution.stride)


def fold_block(block: ResidualBlock) -> FoldedBlock:
    """Fold the two or three convolutions of a residual block."""
    shortcut = None if block.shortcut is None else fold_convolution(block.shortcut)
    return FoldedBlock(fold_convolution(block.first), fold_convolution(block.second), shortcut, block.stride)


def fold_network(network: nn.Module) -> FoldedNetwork:
    """Fold a trained network for export."""
    if not isinstance(network, ResidualNetwork):
        raise TypeError(f"a ResidualNetwork is needed, not {type(network).__name__}")
    blocks = tuple(fold_block(block) for block in network.blocks if isinstance(block, ResidualBlock))
    return FoldedNetwork(
        fold_convolution(network.entry),
        blocks,
        network.classes.weight.detach().numpy().T.copy(),
        network.classes.bias.detach().numpy().copy(),
    )
