"""``pack``: a provider's board pack as a PDF.

Belongs here: what is typed and told. Does not belong here: the pack (``dashboard.pack``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rapidfuzz import fuzz, process, utils

from pipelines.cli.shared import say
from warehouse.settings import Settings

if TYPE_CHECKING:
    from dashboard.asked import Asked

MIN_LIKENESS = 60
AWAY = "the database is not answering; `common-cause up` brings this machine's own one up, else ask whoever runs the server of COMMON_CAUSE_DASHBOARD_DATABASE_URL"


@click.command()
@click.argument("provider")
@click.option(
    "--pathway",
    "pathways",
    multiple=True,
    metavar="NAME",
    help="Of this pathway alone (its name, as `common-cause describe` lists it); may be given again. Else all with results.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the file goes; else it gets a name of its own in this folder."
)
@click.pass_obj
def pack(settings: Settings, provider: str, pathways: tuple[str, ...], out: Path | None) -> None:
    """Make the board pack of PROVIDER (its code or name): a printable PDF of a few pages that a board reads in five minutes.

    It shows what PROVIDER's own people see on the dashboard, so it is theirs: peers by number where the network does not name them.
    """
    from dashboard.pack import NoPack, board_pack
    from dashboard.views import Away

    if out and not out.parent.is_dir():
        raise click.ClickException(f"there is no folder {out.parent}; make it, or give another --out")
    try:
        asked = _asked(settings, provider)
        made = board_pack(asked, asked.provider, pathways)
    except Away:
        raise click.ClickException(AWAY) from None
    except NoPack as error:
        raise click.ClickException(str(error)) from None
    path = out or Path(made.name)
    path.write_bytes(made.document.pdf)
    say(f"{path}: {made.document.page_count} pages")


def _asked(settings: Settings, provider: str) -> Asked:
    """As the provider's own people would ask."""
    from dashboard.asked import Asked
    from dashboard.configuration import Configuration
    from dashboard.readers import Reader
    from dashboard.views import Views
    from warehouse.dashboard_login import dashboard_engine

    views, configuration = Views(dashboard_engine(settings)), Configuration.from_environment(settings)
    code = _provider_code(Asked(views, configuration, Reader("board pack")), provider)
    return Asked(views, configuration, Reader("board pack", code))


def _provider_code(asked: Asked, given: str) -> str:
    """The member that has this code or name. Raises with what is most alike."""
    names = {row.organisation_code: asked.names.name(row.organisation_code) for row in asked.providers}
    wanted = given.strip()
    for code, name in names.items():
        if wanted.upper() == code or wanted.lower() in (name.lower(), asked.names.short(code).lower()):
            return code
    choices = {code: f"{code} {name}" for code, name in names.items()}
    found = process.extractOne(wanted, choices, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=MIN_LIKENESS)
    hint = (
        f"; did you mean {found[0]}?"
        if found
        else "; `common-cause organisations list` tells whom the network knows, and who of them is a member"
    )
    raise click.ClickException(f"no provider of the network has the code or name {given!r}{hint}")


COMMANDS = (pack,)
