"""One signal: what fired, its life, and what can be done with it.

Belongs here: reading it, acting on it. Does not belong here: the rules of acting (``dashboard.act_on_signal`` in the warehouse), words (``dashboard.signal_words``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import DatabaseError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard import words
from dashboard.asked import Asked
from dashboard.figures.cusum import cusum_figure
from dashboard.figures.figure import Figure
from dashboard.figures.series import series_figure
from dashboard.pages.page import render
from dashboard.pages.signals import line
from dashboard.signal_words import KINDS
from dashboard.views import Row
from warehouse.database import sqlstate

ONE = "select * from dashboard.signal_v1 where signal_id = :number"
LIFE = "select * from dashboard.signal_event_v1 where signal_id = :number order by signal_event_id"
SUBMISSION = "select * from dashboard.submission_v1 where submission_id = :submission"
ACT = "select dashboard.act_on_signal(:number, :act, :actor, :provider, :note, :assignee) as state"
REFUSALS = ("CC001", "CC002")
DONE = {
    "acknowledge": "Acknowledged. It leaves the list of what wants attention.",
    "assign": "Assigned.",
    "comment": "Your comment is kept.",
    "close": "Closed, with your reason.",
}
MACHINE = "refresh"  # who writes what the warehouse does by itself
EVENTS = {"pushed": "told to a lead", "commented": "comment"}
CHARTED = ("mean", "lower_limit", "upper_limit", "value")
LISTS = ("points", "crossings")
MOST_LETTERS = 1000
SAID = "common-cause-said"  # a cookie that lives for one page


@dataclass(frozen=True)
class Step:
    """An event of its life. ``who`` and ``note`` are empty where they are not the reader's to see."""

    event: str
    at: datetime
    who: str
    note: str


@dataclass(frozen=True)
class Trouble:
    """What could not be done, why, and what had been typed."""

    act: str = ""
    said: str = ""
    note: str = ""
    assignee: str = ""


def show(request: Request) -> Response:
    return page(request, Trouble())


def page(request: Request, trouble: Trouble, status: int = 200) -> Response:
    asked = Asked.of(request)
    signal = find(asked, request.path_params["number"])
    is_open = signal.is_own or asked.reader.is_office
    one, done = line(asked, signal), DONE.get(request.cookies.get(SAID, ""), "")
    measure = asked.measures.get(signal.measure_name or "")
    answer = render(
        request, "signal.html", status=status, title=one.said.sentence, one=one, signal=signal, measure=measure, figures=figures(asked, signal), kind=KINDS.get(signal.kind, signal.kind),
        steps=[step(event, is_open) for event in fresh(asked, LIFE, number=signal.signal_id)], facts=facts(signal, measure), points=points(signal, measure),
        submission=submission(asked, signal), may_act=may_act(asked, signal), is_open=is_open, trouble=trouble, done=done if not trouble.act else "", most=MOST_LETTERS,
        slug=asked.names.slug(signal.organisation_code) if signal.organisation_code else None,
    )  # fmt: skip
    if SAID in request.cookies:
        answer.delete_cookie(SAID, path="/signals")
    return answer


def fresh(asked: Asked, sql: str, **given) -> list[Row]:
    """As it is now: two people may act at once."""
    return asked.views.rows(sql, asked.provider, **given)


def find(asked: Asked, number: int) -> Row:
    """Raises 404, also for a site of a numbered peer: its name would tell whose it is."""
    found = fresh(asked, ONE, number=number) if number < 2**63 else []
    if not found or (found[0].organisation_code and not asked.names.may_see(found[0].organisation_code)):
        raise HTTPException(404, "There is no such signal, or it is not shown to you.")
    return found[0]


def may_act(asked: Asked, signal: Row) -> bool:
    return asked.reader.may_act and signal.is_own


# ------------------------------------------------------------------------------------------------ what fired
def figures(asked: Asked, signal: Row) -> list[Figure]:
    """The chart of the measure; before it, for a CUSUM, that of the CUSUM (the provider's own alone)."""
    if (
        signal.measure_name not in asked.measures
        or not signal.organisation_code
        or signal.organisation_code not in asked.names.organisations
    ):
        return []
    slug = asked.names.slug(signal.organisation_code)
    found = [series_figure(asked, signal.measure_name, slug)]
    if signal.kind == "cusum" and signal.is_own:
        found.insert(0, cusum_figure(asked, signal.measure_name, slug, "better" if signal.rule_name == "odds halved" else "worse"))
    return found


def facts(signal: Row, measure: Row | None) -> list[tuple[str, str]]:
    """The rule's parameters, of one's own signals."""
    return [
        (words.plain(name), _written(name, value, measure, signal))
        for name, value in (signal.parameters or {}).items()
        if name not in LISTS and value is not None
    ]


def points(signal: Row, measure: Row | None) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the points that made it fire, the latest first."""
    found = (signal.parameters or {}).get("points", [])
    names = list(dict.fromkeys(name for point in found for name in point))
    rows = [[_written(name, point.get(name), measure, signal) for name in names] for point in reversed(found)]
    return [words.plain("period" if name == "period_start" else name) for name in names], rows


def _written(name: str, value, measure: Row | None, signal: Row) -> str:
    if value is None:
        return words.NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in ("period_start", "period_end", "due_on"):
        day = date.fromisoformat(value)
        return words.period(day) if name == "period_start" and "points" in signal.parameters else words.day(day)
    if name in ("share", "drop"):
        return words.share(value)
    if name in CHARTED and measure is not None and signal.parameters.get("chart") not in ("g", "t"):
        return words.value(value, measure)
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def submission(asked: Asked, signal: Row) -> Row | None:
    found = fresh(asked, SUBMISSION, submission=signal.submission_id) if signal.submission_id else []
    return found[0] if found else None


def step(event: Row, is_open: bool) -> Step:
    """What people write of their own provider's signals is theirs: others see that something was done, not by whom nor why."""
    is_machine = event.actor == MACHINE
    who = "the warehouse" if is_machine else (event.actor or "").rpartition(" by ")[0] or event.actor or "" if is_open else ""
    return Step(EVENTS.get(event.event, event.event), event.happened_at, who, (event.note or "") if is_open or is_machine else "")


# ------------------------------------------------------------------------------------------------ acting
async def act(request: Request) -> Response:
    """Does it and leads back; where it cannot be done, the page says why and keeps what was typed."""
    form = await request.form()
    return await run_in_threadpool(_act, request, _typed(form.get("note")), _typed(form.get("assignee")))


def _act(request: Request, note: str, assignee: str) -> Response:
    asked, what = Asked.of(request), request.path_params["act"]
    signal = find(asked, request.path_params["number"])
    _may_or_403(asked, signal, what)
    if refused := _refusal(asked, signal, what, note, assignee):
        return page(request, Trouble(what, refused, note, assignee), 422)
    asked.views.memory.look_again()
    answer = RedirectResponse(f"/signals/{signal.signal_id}", 303)
    answer.set_cookie(SAID, what, max_age=60, path="/signals", httponly=True, samesite="lax")
    return answer


def _may_or_403(asked: Asked, signal: Row, what: str) -> None:
    if what not in DONE:
        raise HTTPException(404, "A signal can be acknowledged, assigned, commented or closed.")
    if asked.reader.is_office:
        raise HTTPException(403, "The network's office reads signals here; providers act on their own.")
    if not asked.reader.may_act:
        raise HTTPException(403, "You may read signals; acting on them is for the leads of your provider.")
    if not signal.is_own:
        raise HTTPException(403, "This signal is another provider's: you may look at it, its own leads act on it.")


def _refusal(asked: Asked, signal: Row, what: str, note: str, assignee: str) -> str:
    """Does it; a sentence if the warehouse refuses."""
    given = {
        "number": signal.signal_id,
        "act": what,
        "actor": asked.reader.name,
        "provider": asked.provider,
        "note": note,
        "assignee": assignee,
    }
    try:
        asked.views.rows(ACT, asked.provider, **given)
    except DatabaseError as error:
        if sqlstate(error) not in REFUSALS:
            raise
        said = str(error.orig).partition("]: ")[2] or str(error.orig).splitlines()[0]
        return f"{said[:1].upper()}{said[1:]}."
    return ""


def _typed(given) -> str:
    """What was typed, with line ends as one character and nothing that is no text."""
    text = given.replace("\r\n", "\n") if isinstance(given, str) else ""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


ROUTES = [Route("/signals/{number:int}", show), Route("/signals/{number:int}/{act}", act, methods=["POST"])]
