"""The inbox of signals: what wants attention first.

Belongs here: filters, groups, order. Does not belong here: one signal (``dashboard.pages.signal``), its words (``dashboard.signal_words``).
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard import declared, signal_words
from dashboard.asked import Asked
from dashboard.pages.page import render
from dashboard.signal_words import KINDS, Said
from dashboard.views import Row

# closed ones of the last twelve months: what is older is found at its address
LISTED = """select * from dashboard.signal_v1 where (state <> 'closed' or closed_at > now() - interval '12 months')
order by is_own desc, is_favourable nulls last, raised_at desc, signal_id desc"""
STATES, TONES, WHOSE = ("open", "raised", "acknowledged", "closed"), ("concern", "change", "improvement"), ("own", "everybody")
MOST = 60


@dataclass(frozen=True)
class Wanted:
    """The filters of an address; an unknown one filters nothing."""

    whose: str
    state: str = ""
    pathway: str = ""
    kind: str = ""
    tone: str = ""

    def holds(self, signal: Row) -> bool:
        is_state = self.state in ("", signal.state) or (self.state == "open" and signal.state != "closed")
        is_kind = (
            self.pathway in ("", signal.pathway_name) and self.kind in ("", signal.kind) and self.tone in ("", signal_words.tone(signal))
        )
        return is_state and is_kind and (self.whose == "everybody" or signal.is_own)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.state or self.pathway or self.kind or self.tone)


@dataclass(frozen=True)
class Line:
    """A signal as it stands in the inbox."""

    signal: Row
    said: Said
    tone: str
    organisation: str


@dataclass(frozen=True)
class Group:
    title: str
    hint: str
    lines: list[Line]


def show(request: Request) -> Response:
    asked = Asked.of(request)
    wanted = wanted_of(request, asked)
    found = [signal for signal in visible(asked) if wanted.holds(signal)]
    kinds = sorted({signal.kind for signal in visible(asked)} | ({wanted.kind} & set(KINDS)))
    pathways = sorted({signal.pathway_name for signal in visible(asked) if signal.pathway_name})
    return render(
        request, "signals.html", title="Signals", groups=groups([line(asked, signal) for signal in found]), wanted=wanted, kinds=kinds, words=KINDS, pathways=pathways,
        states=STATES, tones=TONES, most=MOST, counts=_counts(found),
    )  # fmt: skip


def wanted_of(request: Request, asked: Asked) -> Wanted:
    given = {name: request.query_params.get(name, "") for name in ("state", "pathway", "kind", "tone")}
    known = {"state": STATES, "tone": TONES, "kind": KINDS, "pathway": asked.pathways}
    whose = request.query_params.get("whose", "")
    whose = "everybody" if asked.reader.is_office else whose if whose in WHOSE else "own"
    return Wanted(whose, **{name: said if said in known[name] else "" for name, said in given.items()})


def visible(asked: Asked) -> list[Row]:
    """All but those of sites of numbered peers: a site tells whose it is."""
    return [signal for signal in asked.rows(LISTED) if signal.organisation_code is None or asked.names.may_see(signal.organisation_code)]


def line(asked: Asked, signal: Row) -> Line:
    measure = asked.measures.get(signal.measure_name or "")
    dataset = declared.dataset(asked, (signal.parameters or {}).get("dataset_name"))
    said = signal_words.said(signal, measure, dataset.title if dataset else None, declared.grain(asked, signal.measure_name))
    return Line(signal, said, signal_words.tone(signal), _organisation(asked, signal.organisation_code))


def _organisation(asked: Asked, code: str | None) -> str:
    """Its name; of a site with its provider's."""
    if not code:
        return ""
    above = getattr(asked.names.organisations.get(code), "provider_code", None)
    return asked.names.name(code) + (f", {asked.names.short(above)}" if above and above != code else "")


def groups(lines: list[Line]) -> list[Group]:
    """What nobody has taken up first, what is closed last."""

    def of(state: str, is_good: bool) -> list[Line]:
        return [one for one in lines if one.signal.state == state and (one.tone == "improvement") == is_good]

    closed = sorted((one for one in lines if one.signal.state == "closed"), key=lambda one: one.signal.closed_at, reverse=True)
    made = (
        Group("Wants attention", "Nobody has acknowledged these yet.", of("raised", False)),
        Group("Being looked into", "Acknowledged; who looks into it stands beside.", of("acknowledged", False)),
        Group(
            "Worth telling",
            "Better than chance explains: say thank you, and tell others what was done.",
            of("raised", True) + of("acknowledged", True),
        ),
        Group("Closed", "Of the last twelve months.", closed),
    )
    return [group for group in made if group.lines]


def _counts(found: list[Row]) -> dict[str, int]:
    bad = [signal for signal in found if signal.is_favourable is not True]
    return {
        "raised": sum(s.state == "raised" for s in bad),
        "acknowledged": sum(s.state == "acknowledged" for s in bad),
        "better": sum(s.is_favourable is True and s.state != "closed" for s in found),
    }


ROUTES = [Route("/signals", show)]
