"""What the pages about improvement share: pathways in their order.

Belongs here: their order. Does not belong here: one page.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from dashboard.asked import Asked


def by_pathway(asked: Asked) -> list[str]:
    """Pathways that have measures, with the most headline measures first."""
    named = {m.pathway_name for m in asked.measures.values()}
    return sorted(named, key=lambda name: (-sum(m.is_headline and m.pathway_name == name for m in asked.measures.values()), name))


def pathway_of(asked: Asked, wanted: str) -> str:
    """The pathway asked for, else the first. Raises 404 where there is none of the name, or none at all."""
    known = by_pathway(asked)
    if not known:
        raise HTTPException(404, "This house has no measures yet: they come with the first file that is taken.")
    if wanted and wanted not in known:
        raise HTTPException(404, "There is no such pathway.")
    return wanted or known[0]
