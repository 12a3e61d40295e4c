"""The forms for actions, aims and leads.

Belongs here: showing them, what they begin with, taking them. Does not belong here: fields and rules (``schemas.improvement``), the file
(``dashboard.forms``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.asked import Asked
from dashboard.forms.beginning import beginning
from dashboard.forms.checking import WHOLE, Checked, check
from dashboard.forms.choices import choices_of
from dashboard.forms.inputs import Values, inputs
from dashboard.forms.sending import send
from dashboard.pages.page import render
from dashboard.pages.tabs import by_pathway, pathway_of
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
    asked, about = _acting(request), _about(request)
    dataset = dataset_of(asked, about)
    pathway, values = beginning(asked, dataset, request.query_params)
    return _page(request, asked, about, pathway_of(asked, pathway), values, {})


async def take(request: Request) -> Response:
    """Checks what was typed; drops it as a file and waits, or shows what is wrong beside what was typed."""
    form = await request.form(max_files=0, max_fields=2000)
    values = {name: [str(value) for value in form.getlist(name)] for name in form}
    return await run_in_threadpool(_take, request, values)


def _take(request: Request, values: Values) -> Response:
    asked, about = _acting(request), _about(request)
    dataset = dataset_of(asked, about)
    pathway = pathway_of(asked, _pathway_typed(asked, values))
    checked = _check(asked, dataset, values, pathway)
    if not checked.errors:
        try:
            token = send(asked.configuration.settings, asked.provider, dataset.name, checked.content)
            return RedirectResponse(f"/sent/{token}", 303)
        except OSError:
            checked = Checked(b"", {WHOLE: ["The file could not be put into your landing folder. Nothing was sent; tell the network's office."]})
    return _page(request, asked, about, pathway, values, checked.errors, status=422)


def _check(asked: Asked, dataset: Dataset, values: Values, pathway: str) -> Checked:
    return check(dataset, values, choices_of(asked, dataset, pathway), asked.configuration.settings, registry_of(asked), asked.provider)


def _pathway_typed(asked: Asked, values: Values) -> str:
    """That of the pathway or the measure that was chosen; none where it is unknown, and the check tells."""
    named = next(iter(values.get("pathway", ())), "")
    measure = asked.measures.get(next(iter(values.get("measure", ())), ""))
    return measure.pathway_name if measure else named if named in by_pathway(asked) else ""


def _acting(request: Request) -> Asked:
    """Raises 403 where the reader may not act."""
    asked = Asked.of(request)
    if not asked.reader.may_act or asked.provider is None:
        raise HTTPException(403, "Leads of a provider register actions, aims and leads. Ask your network's office if you should be one.")
    return asked


def _about(request: Request) -> str:
    return request.scope["path"].split("/")[1]


def _page(request: Request, asked: Asked, about: str, pathway: str, values: Values, errors: Mapping[str, Sequence[str]], status: int = 200) -> Response:
    dataset, (kind, title, back) = dataset_of(asked, about), FORMS[about]
    fields = inputs(dataset, values, errors, choices_of(asked, dataset, pathway))
    known = {item.name for item in fields}
    whole = [said for name, told in errors.items() if name not in known for said in told]
    return render(
        request, "form.html", status=status, title=title, fields=fields, about=about, back=back, pathway=pathway, pathways_listed=by_pathway(asked), dataset=dataset, whole=whole,
        wrong=[item for item in fields if item.errors], said=PRIVATE if kind == "lead" else PUBLIC,
    )  # fmt: skip


ROUTES = [route for about in FORMS for route in (Route(f"/{about}/new", show), Route(f"/{about}/new", take, methods=["POST"]))]
