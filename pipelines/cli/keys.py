"""``keys show``, ``keys rotate``.

Belongs here: telling about keys, and asking for a new one. Does not belong here: the keys file (``warehouse.keys``). Never shows a key.
"""

from __future__ import annotations

from collections.abc import Mapping

import click
from sqlalchemy import func, select

from pipelines.cli.shared import console, opened, print_table
from warehouse.keys import PURPOSES, KeyRing, Keys
from warehouse.pathway_tables import person_identifier
from warehouse.settings import Settings

MADE_WITH = {"pseudonym": "pseudonyms", "archive": "files"}


@click.group()
def keys() -> None:
    """The keys of pseudonyms and of the archive."""


@keys.command()
@click.pass_obj
def show(settings: Settings) -> None:
    """Show which keys there are, since when, and how much was made with each; never a key."""
    with opened(settings) as context, context.engine.connect() as connection:
        pseudonyms = select(person_identifier.c.key_id, func.count()).group_by(person_identifier.c.key_id)
        used = {"pseudonym": dict(connection.execute(pseudonyms).all()), "archive": context.archive.count_by_key()}
        rows = [row for purpose in PURPOSES for row in _rows(purpose, context.keys.rings[purpose], used[purpose])]
    print_table(f"Keys of {settings.keys}", ("purpose", "key", "made at", "current", "made with it"), rows)


def _rows(purpose: str, ring: KeyRing, used: Mapping[str, int]) -> list[tuple]:
    """The keys of a purpose, and those that something was made with although the file has them no more."""
    lost = [
        (purpose, key_id, "lost: restore the backup that has it", "", _made(purpose, count))
        for key_id, count in used.items()
        if key_id not in ring.keys
    ]
    told = [
        (
            purpose,
            key_id,
            ring.made_at.get(key_id, "not noted"),
            "current" if key_id == ring.current else "",
            _made(purpose, used.get(key_id, 0)),
        )
        for key_id in ring.keys
    ]
    return told + lost


def _made(purpose: str, count: int) -> str:
    return f"{count:,} {MADE_WITH[purpose]}"


@keys.command()
@click.argument("purpose", type=click.Choice(PURPOSES))
@click.pass_obj
def rotate(settings: Settings, purpose: str) -> None:
    """Make a new key for PURPOSE; from now on it is used. The older ones stay for what was made with them."""
    if not settings.keys.exists():
        raise click.ClickException(f"there are no keys in {settings.home} yet; `common-cause up` makes them, --home names another folder")
    ring = Keys.open(settings.keys).rotate(purpose).rings[purpose]
    console().print(f"{ring.current} is the current {purpose} key now; older ones that stay: {len(ring.older)}", markup=False)
    console().print(
        f"back up {settings.keys} again, apart from the rest: what is made from now on cannot be read without it",
        markup=False,
        soft_wrap=True,
    )


COMMANDS = (keys,)
