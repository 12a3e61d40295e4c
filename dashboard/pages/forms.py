"""The forms for actions, aims and leads.

Belongs here: showing them, what is chosen before them, taking them. Does not belong here: fields and rules (``schemas.improvement``), the file
(``dashboard.forms``).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.forms.beginning import beginning
from dashboard.forms.checking import WHOLE, Checked, Judge, check
from dashboard.forms.choices import by_kind, choices_of
from dashboard.forms.inputs import Beside, Values, added_name, inputs
from dashboard.forms.keeping import Typed, keep
from dashboard.forms.sending import send
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway, pathway_of
from dashboard.views import Row
from schemas.datasets import Dataset
from schemas.improvement import NAMES
from schemas.registry import Registry, load_registry

# address: kind of dataset, title, where to read on
FORMS = {
    "actions": ("action", "Register a change", "/actions"),
    "aims": ("aim", "Set or revise an aim", "/aims"),
    "leads": ("lead", "Say who leads", "/signals"),
}
PUBLIC = "What you write here is read by the whole network. Nothing about a patient belongs in it."
PRIVATE = "The network reads the role. The address is kept where only the sending of messages reads it; it is on no page, in no finding and in no receipt."


def registry_of(asked: Asked) -> Registry:
    return load_registry(asked.configuration.settings.pathway_folders)


def dataset_of(asked: Asked, about: str) -> Dataset:
    """The declared dataset of a form. Raises 404 where the house has none."""
    found = registry_of(asked).datasets.get(NAMES[FORMS[about][0]])
    if found is None:
        raise HTTPException(404, "This house has no measures yet, so there is nothing to aim at.")
    return found


def show(request: Request) -> Response:
    asked, about = acting(request), _about(request)
    dataset = dataset_of(asked, about)
    wanted, values = beginning(asked, dataset, request.query_params)
    pathway = pathway_of(asked, wanted)
    if _is_open(asked, dataset, wanted, values):
        return _choose(request, asked, about, pathway)
    return _page(request, asked, about, pathway, values, Beside())


def _is_open(asked: Asked, dataset: Dataset, wanted: str, values: Values) -> bool:
    """Whether it must be chosen first what the form is about: its choices and units hang on that, and what was typed would be lost by a change."""
    return _measure_typed(asked, values) is None if "measure" in dataset.field_by_name else not wanted and len(by_pathway(asked)) > 1


def _choose(request: Request, asked: Asked, about: str, pathway: str) -> Response:
    """Which measure an aim is for, or which pathway an action or a lead is of."""
    _, title, back = FORMS[about]
    measures = (
        by_kind(m for m in asked.measures.values() if m.pathway_name == pathway)
        if "measure" in dataset_of(asked, about).field_by_name
        else None
    )
    return render(
        request,
        "form_choose.html",
        title=title,
        about=about,
        back=back,
        pathway=pathway,
        pathways_listed=by_pathway(asked),
        measures=measures,
    )


async def take(request: Request) -> Response:
    """Checks what was typed; drops it as a file and waits, or shows what is wrong beside what was typed."""
    form = await request.form(max_files=0, max_fields=2000)
    values = {name: [str(value) for value in form.getlist(name)] for name in form}
    return await run_in_threadpool(_take, request, values)


def _take(request: Request, values: Values) -> Response:
    asked, about = acting(request), _about(request)
    dataset = dataset_of(asked, about)
    pathway = pathway_of(asked, _pathway_typed(asked, values))
    checked = _check(asked, dataset, values, pathway)
    if not checked.errors:
        try:
            token = send(asked.configuration.settings, asked.provider, dataset.name, checked.content)
            return _sent(asked, token, Typed(about, {name: given for name, given in values.items() if name in _places(dataset)}))
        except OSError:
            checked = Checked(
                b"", {WHOLE: ["The file could not be put into your landing folder. Nothing was sent; tell the network's office."]}
            )
    return _page(request, asked, about, pathway, values, Beside(checked.errors), status=422)


def _sent(asked: Asked, token: str, typed: Typed) -> Response:
    answer = RedirectResponse(f"/sent/{token}", 303)
    keep(answer, asked, token, typed)
    return answer


def _places(dataset: Dataset) -> frozenset[str]:
    """Names of what can be typed or ticked in a form."""
    return frozenset(name for item in dataset.fields for name in (item.name, added_name(item.name)))


def _check(asked: Asked, dataset: Dataset, values: Values, pathway: str) -> Checked:
    judge = Judge(asked.configuration.settings, registry_of(asked), asked.provider)
    return check(dataset, values, choices_of(asked, dataset, pathway), judge, _measure_typed(asked, values))


def _pathway_typed(asked: Asked, values: Values) -> str:
    """That of the pathway or the measure that was chosen; none where it is unknown, and the check tells."""
    named, measure = next(iter(values.get("pathway", ())), ""), _measure_typed(asked, values)
    return measure.pathway_name if measure else named if named in by_pathway(asked) else ""


def _measure_typed(asked: Asked, values: Values) -> Row | None:
    return asked.measures.get(next(iter(values.get("measure", ())), ""))


def acting(request: Request) -> Asked:
    """Raises 403 where the reader may not act."""
    asked = Asked.of(request)
    if not asked.reader.may_act or asked.provider is None:
        raise HTTPException(403, "Leads of a provider register actions, aims and leads. Ask your network's office if you should be one.")
    return asked


def _about(request: Request) -> str:
    return request.scope["path"].split("/")[1]


def again(request: Request, asked: Asked, typed: Typed, beside: Beside) -> Response:
    """A form as it was sent, with what was said of it since."""
    return _page(request, asked, typed.about, pathway_of(asked, _pathway_typed(asked, typed.values)), typed.values, beside)


def _page(request: Request, asked: Asked, about: str, pathway: str, values: Values, beside: Beside, status: int = 200) -> Response:
    dataset, (kind, title, back) = dataset_of(asked, about), FORMS[about]
    measure = _measure_typed(asked, values)
    fields = inputs(dataset, values, beside, choices_of(asked, dataset, pathway, measure), measure)
    known = {item.name for item in fields}
    whole = [said for sentences in (beside.errors, beside.notes) for name, told in sentences.items() if name not in known for said in told]
    return render(
        request, "form.html", status=status, title=title, fields=fields, about=about, back=back, pathway=pathway, heading=beside.heading, whole=whole,
        wrong=[item for item in fields if item.errors], noted=[item for item in fields if item.notes], is_wrong=bool(beside.errors), said=PRIVATE if kind == "lead" else PUBLIC,
    )  # fmt: skip


ROUTES = [route for about in FORMS for route in (Route(f"/{about}/new", show), Route(f"/{about}/new", take, methods=["POST"]))]
