"""The page of a kiosk: a code and two scales, without scripts of Streamlit, so that an old tablet shows it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qs, urlencode

from markupsafe import Markup
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from stressvision.core.errors import StressVisionError
from stressvision.core.texts import Language, Message
from stressvision.dashboard import texts
from stressvision.dashboard.web.bodies import read_body
from stressvision.dashboard.web.documents import create_document
from stressvision.wire.own import KioskReport

PATH = "/quiosco"
KEY = "clave"
LONGEST_BODY = 400
IDLE_SECONDS = 20
"""Time without a touch after which what was typed is removed."""
THANKS_SECONDS = 6
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_STYLE = Markup(
    "<style>main{max-width:44rem;margin-top:4vh}fieldset{border:0;margin:1.25rem 0 0;padding:0}"
    "legend,label.code{font-weight:600;padding:0;margin-bottom:.4rem;display:block}label.code{margin-top:1.25rem}"
    ".steps{display:grid;gap:.4rem;grid-template-columns:repeat(auto-fill,minmax(7.5rem,1fr))}"
    ".steps label{display:flex;align-items:center;min-height:3.25rem;padding:.3rem .6rem;border:1px solid #8A96A8;"
    "border-radius:6px;cursor:pointer}.steps input{margin:0 .6rem 0 0;width:1.2rem;height:1.2rem;flex:none}"
    ".steps label:has(:checked){border-color:#1B4A86;box-shadow:inset 0 0 0 1px #1B4A86;font-weight:600}"
    ".steps label:focus-within{outline:3px solid #8DB6EE;outline-offset:2px}"
    "input[name=code]{font:inherit;font-size:1.6rem;letter-spacing:.3em;width:9.5em;padding:.4rem .6rem;"
    "border:1px solid #8A96A8;border-radius:6px;background:transparent;color:inherit}"
    "button[type=reset]{background:transparent;color:inherit;border:1px solid #8A96A8;margin-left:.75rem}"
    "@media (prefers-color-scheme:dark){.steps label:has(:checked){border-color:#8DB6EE;"
    "box-shadow:inset 0 0 0 1px #8DB6EE}}</style>"
)
_CLEAR_IDLE = Markup(
    "<script>(()=>{{const form=document.querySelector('form');let timer;const later=()=>{{clearTimeout(timer);"
    "timer=setTimeout(()=>form.reset(),{})}};for(const kind of ['input','pointerdown','keydown'])"
    "addEventListener(kind,later);addEventListener('pageshow',()=>form.reset())}})()</script>"
)


@dataclass(frozen=True)
class KioskPage:
    """The page. `check` raises the client's errors for a kiosk that is not active; `report` stores an answer."""

    language: Language
    check: Callable[[str], object]
    report: Callable[[str, KioskReport], object]

    async def show(self, request: Request) -> Response:
        """Return the form."""
        key = request.query_params.get(KEY, "")
        try:
            await asyncio.to_thread(partial(self.check, key))
        except StressVisionError as error:
            return self._message(texts.kiosk.NOT_OPEN, error.message.text(self.language), 403, "", IDLE_SECONDS)
        return HTMLResponse(
            create_document(self.language, self._text(texts.kiosk.TITLE), self._form(key)), 200, _HEADERS
        )

    async def store(self, request: Request) -> Response:
        """Store an answer, and return to the form by itself."""
        sent = parse_qs(await read_body(request, LONGEST_BODY))
        typed = {name: values[0].strip() for name, values in sent.items()}
        key = typed.pop(KEY, "")
        try:
            report = KioskReport.model_validate(typed)
            await asyncio.to_thread(partial(self.report, key, report))
        except ValidationError:
            return self._refuse(self._text(texts.kiosk.ANSWER_ONE), 422, key)
        except StressVisionError as error:
            return self._refuse(error.message.text(self.language), 409, key)
        return self._message(texts.kiosk.THANKS, self._text(texts.kiosk.BACK_SOON), 200, key, THANKS_SECONDS)

    def _refuse(self, reason: str, status: int, key: str = "") -> Response:
        return self._message(texts.kiosk.NOT_SENT, reason, status, key, IDLE_SECONDS)

    def _message(self, title: Message, line: str, status: int, key: str, seconds: int) -> Response:
        content = Markup("<p role=status>{}</p>").format(line)
        if key:
            back = f"{PATH}?{urlencode({KEY: key})}"
            content += Markup('<meta http-equiv="refresh" content="{};url={}"><p><a href="{}">{}</a></p>').format(
                seconds, back, back, self._text(texts.kiosk.FIRST)
            )
        return HTMLResponse(create_document(self.language, self._text(title), content), status, _HEADERS)

    def _form(self, key: str) -> Markup:
        return (
            _STYLE
            + Markup(
                '<p>{}</p><form method="post" action="{}" autocomplete="off"><input type="hidden" name="{}" value="{}">'
                '<label class="code" for="code">{}</label><input id="code" name="code" type="password" required '
                'inputmode="numeric" pattern="[0-9]{{6}}" maxlength="6" autocomplete="off">'
            ).format(self._text(texts.kiosk.ABOUT), PATH, KEY, key, self._text(texts.kiosk.CODE))
            + self._scale("sleepiness", texts.own.SLEEPINESS, texts.own.SLEEPINESS_STEPS)
            + self._scale("tension", texts.own.TENSION, texts.own.TENSION_STEPS)
            + Markup('<button type="submit">{}</button><button type="reset">{}</button></form>').format(
                self._text(texts.kiosk.SEND), self._text(texts.kiosk.CLEAR)
            )
            + _CLEAR_IDLE.format(1000 * IDLE_SECONDS)
        )

    def _scale(self, name: str, title: Message, steps: Mapping[int, Message]) -> Markup:
        choices = Markup("").join(
            Markup('<label><input type="radio" name="{}" value="{}">{}</label>').format(name, step, self._text(label))
            for step, label in steps.items()
        )
        legend = Markup("<fieldset><legend>{}</legend>").format(self._text(title))
        return legend + Markup('<div class="steps">{}</div></fieldset>').format(choices)

    def _text(self, message: Message) -> str:
        return message.text(self.language)
