"""Low-cost reduction of pictures: halving costs a tenth of averaging over a broken number of pixels."""

import math

import cv2
import numpy as np

from stressvision.vision.networks import Frame


def halve_towards(picture: Frame, width: int, height: int) -> Frame:
    """Return the picture [h,w,3], halved while at least as large as required: what is left to do is less than half.

    A halving averages four pixels into one and leaves an odd last row or column out.
    """
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height:
        rows, columns = picture.shape[0] // 2, picture.shape[1] // 2
        even = picture[: 2 * rows, : 2 * columns]
        picture = np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    return picture


def reduce_part(picture: Frame, size: tuple[int, int], across: range, down: range) -> Frame:
    """Return columns `across` and rows `down` of the picture [h,w,3] reduced to `size` (width, height).

    Only what they are made of is reduced, from where a pixel of the result begins with one of the halved picture: they
    are the same as those of the whole, to the last bit.
    """
    width, height = size
    reduced_width, reduced_height, times = picture.shape[1], picture.shape[0], 0
    while reduced_width >= 2 * width and reduced_height >= 2 * height:
        reduced_width, reduced_height, times = reduced_width // 2, reduced_height // 2, times + 1
    columns, from_columns = _align(across, reduced_width, width)
    rows, from_rows = _align(down, reduced_height, height)
    needed = picture[
        from_rows.start << times : from_rows.stop << times, from_columns.start << times : from_columns.stop << times
    ]
    # Between the pixels of what was halved: eyes move by 0.01 of their distance, and no face is lost or gained.
    small = cv2.resize(
        halve_towards(needed, len(columns), len(rows)), (len(columns), len(rows)), interpolation=cv2.INTER_LINEAR
    )
    left, top = across.start - columns.start, down.start - rows.start
    return np.asarray(small[top : top + len(down), left : left + len(across)], np.uint8)


def _align(wanted: range, before: int, after: int) -> tuple[range, range]:
    """Return the pixels of `after` in all that include those wanted and begin and end with whole ones of `before`."""
    common = math.gcd(before, after)
    step, source = after // common, before // common
    if source < step:  # an enlargement would need the neighbours too
        return range(after), range(before)
    first, last = wanted.start // step, -(-wanted.stop // step)
    return range(first * step, last * step), range(first * source, last * source)
