"""Releases: frozen, named sets of results, as the public sees them.

Belongs here: freezing and proving. Does not belong here: the views over releases (``warehouse.views.publication``), the policy
(``warehouse.policies``). What is frozen is what the small-numbers policy showed to somebody without an organisation of their own; it
is never updated (the database refuses), so a release reads the same for ever, and its SHA-256 says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, text, update

from warehouse.house_tables import release, release_result
from warehouse.policies import CURRENT

NOT_YET = "0" * 64


class ReleaseError(RuntimeError):
    """A release cannot be made; the message names the remedy."""


@dataclass(frozen=True)
class Selection:
    """What a release holds. ``measures`` None: the headline measures. Periods that begin from ``first`` to ``last``, inclusive."""

    first: date
    last: date
    measures: tuple[str, ...] | None = None
    kinds: tuple[str, ...] = ("provider", "region", "network")
    grains: tuple[str, ...] = ("quarter",)


def freeze(connection: Connection, name: str, title: str, selection: Selection, *, actor: str, at: datetime) -> int:
    """Freezes the results of ``selection`` under ``name``; returns how many. Needs ``cc_pipeline``.

    Raises ``ReleaseError`` if the name is taken, a result is stale, or nothing is selected.
    """
    if connection.scalar(select(release.c.release_id).where(release.c.release_name == name)):
        raise ReleaseError(f"the release {name} is there and stays as it is; choose another name")
    chosen = {**asdict(selection), "measures": list(selection.measures or _headline(connection))}
    if stale := connection.scalar(text(f"select count(*) from ({_SELECTED}) s where is_stale"), _bound(chosen)):
        raise ReleaseError(f"{stale} of the results are stale; wait until the refresh is done, then release")
    number = _name_release(connection, name, title, chosen, actor, at)
    count = connection.execute(text(f"insert into measurement.release_result ({_COLUMNS}) select :release, s.* from ({_FROZEN}) s"), {
        **_bound(chosen), "release": number}).rowcount  # fmt: skip
    if not count:
        raise ReleaseError("no result is selected; check measures, kinds, grains and periods")
    connection.execute(update(release).where(release.c.release_id == number).values(content_sha256=content_sha256(connection, number)))
    return count


def verify(connection: Connection, name: str) -> bool:
    """Whether the release reads as it did when it was frozen. ``ReleaseError`` if there is none."""
    row = connection.execute(select(release).where(release.c.release_name == name)).one_or_none()
    if row is None:
        raise ReleaseError(f"there is no release {name}")
    return content_sha256(connection, row.release_id) == row.content_sha256


def content_sha256(connection: Connection, release_id: int) -> str:
    """SHA-256 (hexadecimal) over the release's results in the order of their key."""
    digest = sha256()
    ordered = select(release_result).where(release_result.c.release_id == release_id).order_by(*release_result.primary_key.columns)
    for row in connection.execute(ordered.execution_options(yield_per=5000)):
        digest.update(repr(tuple(row)[1:]).encode() + b"\n")
    return digest.hexdigest()


def _headline(connection: Connection) -> Sequence[str]:
    return connection.scalars(text("select measure_name from measurement.measure where is_headline order by 1")).all()


def _bound(chosen: dict) -> dict:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}


def _name_release(connection: Connection, name: str, title: str, chosen: dict, actor: str, at: datetime) -> int:
    kept = {key: value.isoformat() if isinstance(value, date) else value for key, value in chosen.items()}
    latest = connection.scalar(text("select max(submission_id) from intake.submission where refreshed_at is not null"))
    values = {
        "release_name": name, "title": title, "released_at": at, "released_by": actor, "policy_version": CURRENT.policy_version,
        "as_of_submission": latest, "selection": kept, "content_sha256": NOT_YET,
    }  # fmt: skip
    return connection.scalar(insert(release).values(**values).returning(release.c.release_id))


_SELECTED = """
    select * from dashboard.measure_result_v1 where measure_name = any (:measures) and organisation_kind = any (:kinds)
    and period_grain = any (:grains) and period_start between :first and :last
"""

_COLUMNS = (
    "release_id, measure_name, organisation_code, period_grain, period_start, measure_title, measure_kind, measure_version, unit, decimals, "
    "organisation_name, organisation_kind, numerator, denominator, value, lower_95, upper_95, national_value, national_source, "
    "is_provisional, is_suppressed"
)

_FROZEN = f"""
    select r.measure_name, r.organisation_code, r.period_grain, r.period_start, r.measure_title, r.kind, r.measure_version, r.unit, r.decimals,
        r.organisation_name, r.organisation_kind, r.numerator, r.denominator, r.value, r.lower_95, r.upper_95, b.national_value,
        b.national_source, r.is_provisional, r.is_suppressed
    from ({_SELECTED}) r
    left join measurement.benchmark b on b.measure_name = r.measure_name and b.organisation_code = r.organisation_code
        and b.period_grain = r.period_grain and b.period_start = r.period_start
"""
