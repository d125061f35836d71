"""Annotated frames: face boxes, employee codes and expressions."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stressvision.core.errors import Language, Message
from stressvision.core.files import PROJECT_ROOT
from stressvision.domain.emotions import Emotion
from stressvision.edge.capture.pipeline import Mark
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.identity import Standing

EXPRESSIONS = {
    Emotion.NEUTRAL: Message(es="expresión neutra", en="neutral expression"),
    Emotion.HAPPY: Message(es="expresión alegre", en="happy expression"),
    Emotion.STRESS: Message(es="expresión compatible con estrés", en="expression compatible with stress"),
    Emotion.SAD: Message(es="expresión compatible con tristeza", en="expression compatible with sadness"),
    Emotion.FATIGUE: Message(es="signos compatibles con fatiga", en="signs compatible with fatigue"),
}
UNKNOWN = Message(es="desconocido", en="unknown")
COVERED = Message(es="cara tapada", en="face covered")
PHOTOGRAPH = Message(es="¿una fotografía?", en="a photograph?")
COLLECTING = Message(es="identificando…", en="identifying…")

# Light on dark; labels differ by their text, not by colour alone.
_PLATE = (24, 28, 36)
_TEXT = (245, 245, 245)
_FRAMES = {Standing.NAMED: (94, 201, 98), Standing.UNKNOWN: (200, 200, 200), Standing.COLLECTING: (90, 160, 230)}
_FONT_PIXELS = 15
_NOTICE_CHARACTERS = 60
"""Of one line of a notice."""
# Pillow's default font has no accented letters. OpenCV's Linux packages with windows bring DejaVu.
_FONTS = (
    str(Path(cv2.__file__).parent / "qt" / "fonts" / "DejaVuSans.ttf"),
    str(PROJECT_ROOT / "stressvision" / "documents" / "fonts" / "DejaVuSansCondensed.ttf"),
    "DejaVuSans.ttf",
    "arial.ttf",
    "Arial.ttf",
)


def _find_font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, _FONT_PIXELS)
        except OSError:
            continue
    return ImageFont.load_default(size=_FONT_PIXELS)


_FONT = _find_font()


def describe(mark: Mark, language: Language) -> list[str]:
    """Return the label of a face: employee code, expression, photograph warning."""
    if mark.standing is Standing.COLLECTING:
        return [COLLECTING.text(language)]
    lines = [mark.employee_code or UNKNOWN.text(language)]
    if mark.state.emotion is not None and mark.state.confidence is not None:
        lines.append(f"{EXPRESSIONS[mark.state.emotion].text(language)} {100 * mark.state.confidence:.0f} %")
    if mark.state.covered:
        lines.append(COVERED.text(language))
    if mark.photograph:
        lines.append(PHOTOGRAPH.text(language))
    return lines


def draw(frame: Frame, marks: Sequence[Mark], language: Language, notice: str = "") -> Frame:
    """Return a copy of the frame with the faces annotated.

    Args:
        frame: BGR image, uint8 [H, W, 3].
        marks: The faces, with boxes in pixels of the frame.
        language: Language of the labels.
        notice: Text across the middle of the picture.
    """
    picture = Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    pen = ImageDraw.Draw(picture)
    for mark in marks:
        box = mark.face.box
        pen.rectangle((box.x, box.y, box.x + box.w, box.y + box.h), outline=_FRAMES[mark.standing], width=2)
        text = "\n".join(describe(mark, language))
        left, top, right, bottom = pen.multiline_textbbox((0, 0), text, font=_FONT)
        x = float(np.clip(box.x, 0, max(0, picture.width - right - 8)))
        y = min(box.y + box.h + 3, picture.height - bottom - 8)
        pen.rectangle((x, y, x + right + 8, y + bottom + 8), fill=_PLATE)
        pen.multiline_text((x + 4 - left, y + 4 - top / 2), text, font=_FONT, fill=_TEXT)
    if notice:
        lines = "\n".join(textwrap.wrap(notice, _NOTICE_CHARACTERS))
        middle = (picture.width / 2, picture.height / 2)
        pen.multiline_text(middle, lines, font=_FONT, fill=_TEXT, anchor="mm", align="center")
    return np.asarray(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR), np.uint8)
