"""Data: who has submitted, what is late, how complete it is, and how a submission is done.

Belongs here: what stands on the page. Does not belong here: completeness (``dashboard.completeness``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import declared, words
from dashboard.asked import Asked
from dashboard.completeness import MONTHS, by_field, by_measure, months_back
from dashboard.pages.page import render
from dashboard.views import Row

EXPECTED = "select * from dashboard.expected_submission_v1 where period_end >= :since order by dataset_name, period_start"
OWN = "select * from dashboard.submission_v1 where is_own order by received_at desc, submission_id desc limit 20"
EVERYBODYS = "select * from dashboard.submission_v1 where state in ('held', 'rejected', 'failed') order by received_at desc, submission_id desc limit 20"
HELD = "select * from dashboard.submission_v1 where state = 'held' and (is_own or cast(:is_office as boolean)) order by received_at"
ON_ITS_WAY = "select count(*) as number from dashboard.submission_v1 where state in ('received', 'reading')"
STALE = "select count(*) as number from dashboard.measure_result_v1 where organisation_code = :code and is_stale"
MISSING_AFTER_DAYS = 30  # from then on the warehouse calls it missing (``assets.expected_submissions``)


@dataclass(frozen=True)
class Came:
    """What came of a period: ``icon`` is a symbol of the page, ``days`` how late it came, or is by now."""

    icon: str
    word: str
    days: int = 0
    due_on: date | None = None


@dataclass(frozen=True)
class Board:
    """A dataset: senders by periods, the latest first. A cell is None where nothing is expected."""

    title: str
    periods: list[date]
    grain: str
    rows: list[tuple[Row, Markup]]


def show(request: Request) -> Response:
    asked = Asked.of(request)
    today = asked.configuration.settings.clock().date()
    held = asked.rows(HELD, is_office=asked.reader.is_office)
    return render(
        request, "data.html", title="Data", boards=boards(asked, today), names=asked.names, latest=asked.rows(EVERYBODYS if asked.reader.is_office else OWN), held=held,
        measures=by_measure(asked, today), fields=by_field(asked, today), months=MONTHS, titles=_title(asked), is_late=overdue(asked, today), datasets=datasets(asked), **_now(asked),
    )  # fmt: skip


def _now(asked: Asked) -> dict:
    """What is under way: asked anew each time, for it is a matter of seconds."""
    code = asked.provider or asked.network_code
    stale = asked.views.rows(STALE, asked.provider, code=code)[0].number if code else 0
    return {"on_its_way": asked.views.rows(ON_ITS_WAY, asked.provider)[0].number, "stale": stale}


def _title(asked: Asked):
    return lambda name: found.title if (found := declared.dataset(asked, name)) else words.plain(name or "not recognised")


# ------------------------------------------------------------------------------------------------ who has submitted
def boards(asked: Asked, today: date) -> list[Board]:
    """Remembered until data change."""
    key = ("boards", asked.provider, asked.names.is_named, today)
    return asked.views.memory.get(key, lambda: _boards(asked, today))


def _boards(asked: Asked, today: date) -> list[Board]:
    rows = [row for row in asked.rows(EXPECTED, since=months_back(today, MONTHS)) if asked.names.may_see(row.sender_code)]
    return [
        _board(asked, [row for row in rows if row.dataset_name == name], today) for name in dict.fromkeys(row.dataset_name for row in rows)
    ]


def _board(asked: Asked, rows: list[Row], today: date) -> Board:
    periods = sorted({row.period_start for row in rows}, reverse=True)
    begun: dict[str, date] = {}
    for row in rows:
        if row.met_on:
            begun[row.sender_code] = min(row.met_on, begun.get(row.sender_code, row.met_on))
    cells = {(row.sender_code, row.period_start): came(row, today, begun.get(row.sender_code)) for row in rows}
    senders = sorted(
        {row.sender_code for row in rows},
        key=lambda code: (
            code not in asked.names.own,
            len(asked.names.name(code)) if not asked.names.is_named else 0,
            asked.names.name(code),
        ),
    )
    length = (rows[0].period_end - rows[0].period_start).days
    grain = "month" if length < 32 else "quarter" if length < 93 else "year"
    return Board(
        _title(asked)(rows[0].dataset_name),
        periods,
        grain,
        [(asked.names.organisations[code], Markup("".join(_cell(cells.get((code, start))) for start in periods))) for code in senders],
    )


@lru_cache(10_000)
def _cell(came: Came | None) -> str:
    """Written without a template: there may be thousands of them, and few kinds. The icon is a picture of the style sheet, for the same reason."""
    if came is None:
        return '<td><span class="vh">nothing expected</span></td>'
    due = f' title="due {words.day(came.due_on)}"' if came.due_on else ""
    late = f" <small>{came.days} d</small>" if came.days else ""
    return f'<td class="{came.icon}"{due}>{came.word}{late}</td>'


def came(row: Row, today: date, begun: date | None = None) -> Came:
    """In time, late, missing or not yet due; a file that is overdue by 30 days or less is late and still to come.

    ``begun``: the first day on which the sender sent anything; what was due before was sent later as history, and nobody was late with it.
    """
    late = ((row.met_on or today) - row.due_on).days
    if row.met_on and begun and row.due_on < begun:
        return Came("history", "history", due_on=row.due_on)
    if row.met_on:
        return Came("late", "late", late, row.due_on) if late > 0 else Came("came", "in time", due_on=row.due_on)
    if late <= 0:
        return Came("wait", "not yet due", due_on=row.due_on)
    return Came("missing", "missing" if late > MISSING_AFTER_DAYS else "overdue", late, row.due_on)


def overdue(asked: Asked, today: date) -> list[tuple[Row, Came]]:
    """What the reader's own provider has still to send."""
    own = [
        row for row in asked.rows(EXPECTED, since=months_back(today, MONTHS)) if row.sender_code in asked.names.own and row.met_on is None
    ]
    return [(row, state) for row in own if (state := came(row, today)).days > 0]


def datasets(asked: Asked) -> list[tuple[str, str]]:
    """Name and title of what a provider sends: the datasets of pathways."""
    return [(dataset.name, dataset.title) for pathway in declared.registry(asked).pathways for dataset in pathway.datasets]


ROUTES = [Route("/data", show)]
