"""Reliability diagram: for each answer's confidence, how often such answers are right."""

from pathlib import Path

import cv2
import numpy as np

from stressvision.training.data import UInt8Array
from stressvision.training.measure.figures import BINS, ExpressionFigures

SIDE = 480
MARGIN = 60
INK = (40, 40, 40)
BAR = (176, 122, 64)
GAP = (90, 90, 220)


def draw_reliability(figures: ExpressionFigures, path: Path) -> None:
    """Write a PNG: bars are accuracy per confidence bin, outlines where a calibrated model's would end."""
    size = SIDE + 2 * MARGIN
    canvas = np.full((size, size, 3), 255, np.uint8)

    def place(x: float, y: float) -> tuple[int, int]:
        return round(MARGIN + x * SIDE), round(MARGIN + (1 - y) * SIDE)

    for index, entry in enumerate(figures.bins):
        if entry.count:
            low, high = index / BINS, (index + 1) / BINS
            cv2.rectangle(canvas, place(low, 0), place(high, entry.accuracy), BAR, cv2.FILLED)
            cv2.rectangle(canvas, place(low, 0), place(high, entry.confidence), GAP, 1)
    cv2.line(canvas, place(0, 0), place(1, 1), INK, 1, cv2.LINE_AA)
    cv2.rectangle(canvas, place(0, 0), place(1, 1), INK, 1)
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        write(canvas, f"{tick:.2f}", (place(tick, 0)[0] - 16, size - MARGIN + 20))
        write(canvas, f"{tick:.2f}", (12, place(0, tick)[1] + 4))
    write(canvas, "confidence", (size // 2 - 40, size - 14))
    write(canvas, f"accuracy   ECE {figures.calibration_error:.3f}   n {figures.pictures}", (MARGIN, MARGIN - 20))
    cv2.imwrite(str(path), canvas)


def write(canvas: UInt8Array, text: str, corner: tuple[int, int]) -> None:
    """Write small dark text whose baseline starts at `corner`."""
    cv2.putText(canvas, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
