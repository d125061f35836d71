"""The network: small, residual, of dense convolutions only, which are fast on two CPU cores and in XNNPACK."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class NetworkShape:
    """Channels of the three stages (24, 12 and 6 pixels a side), residual blocks in each stage."""

    widths: tuple[int, int, int] = (32, 64, 128)
    depths: tuple[int, int, int] = (2, 2, 2)
    dropout: float = 0.3


class Convolution(nn.Module):  # type: ignore[misc, unused-ignore]
    """A convolution and its batch normalisation, padded the way TensorFlow's SAME does.

    TensorFlow pads an even picture at the far edge only when the stride is 2; doing the same here lets the
    weights move over without an extra padding operation.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, size: int = 3) -> None:
        super().__init__()
        self.stride = stride
        self.size = size
        padding = size // 2 if stride == 1 else 0
        self.kernel = nn.Conv2d(inputs, outputs, size, stride, padding, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, features: Tensor) -> Tensor:
        if self.stride == 2:
            near, far = (self.size - 2) // 2, (self.size - 1) // 2
            features = functional.pad(features, (near, far, near, far))
        result: Tensor = self.norm(self.kernel(features))
        return result


class ResidualBlock(nn.Module):  # type: ignore[misc, unused-ignore]
    """Two convolutions beside a shortcut, which halves and widens where the block does."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = Convolution(inputs, outputs, stride)
        self.second = Convolution(outputs, outputs)
        self.shortcut = Convolution(inputs, outputs, 1, 1) if stride != 1 or inputs != outputs else None
        self.stride = stride

    def forward(self, features: Tensor) -> Tensor:
        inner = functional.relu(self.first(features))
        if self.shortcut is not None:
            features = functional.avg_pool2d(features, 2) if self.stride == 2 else features
            features = self.shortcut(features)
        return functional.relu(self.second(inner) + features)


class ResidualNetwork(nn.Module):  # type: ignore[misc, unused-ignore]
    """Grey pictures [N,1,H,W] to features [N,F]: the input of the expression and eye-state heads."""

    def __init__(self, shape: NetworkShape, classes: int) -> None:
        super().__init__()
        inputs = shape.widths[0]
        self.entry = Convolution(1, inputs, 2, 5)
        blocks: list[ResidualBlock] = []
        for stage, (width, depth) in enumerate(zip(shape.widths, shape.depths, strict=True)):
            for place in range(depth):
                blocks.append(ResidualBlock(inputs, width, 2 if stage > 0 and place == 0 else 1))
                inputs = width
        self.blocks = nn.ModuleList(blocks)
        self.dropout = nn.Dropout(shape.dropout)
        self.classes = nn.Linear(inputs, classes)
        # The last normalisation of each block starts at zero: every block begins as its shortcut.
        for block in blocks:
            nn.init.zeros_(block.second.norm.weight)

    def pool(self, pictures: Tensor) -> Tensor:
        """Return the features, some of them left out while training."""
        features = functional.relu(self.entry(pictures))
        for block in self.blocks:
            features = block(features)
        pooled: Tensor = self.dropout(features.mean(dim=(2, 3)))
        return pooled

    def forward(self, pictures: Tensor) -> tuple[Tensor, ...]:
        return (self.classes(self.pool(pictures)),)


def count_parameters(network: nn.Module) -> int:
    """Return the number of trainable parameters of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


def predict_logits(network: nn.Module, pictures: Tensor, batch: int = 256) -> Tensor:
    """Return class logits [N,C] of standardised pictures [N,1,H,W], in evaluation mode."""
    network.eval()
    with torch.no_grad():
        starts = range(0, len(pictures), batch)
        return torch.cat([network(pictures[start : start + batch])[0].float() for start in starts])
