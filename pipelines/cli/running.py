"""``up``, ``down``, ``status``, ``demo``.

Belongs here: the commands about the running house. Does not belong here: starting it (``pipelines.services``), the demo.
"""

from __future__ import annotations

import click
from sqlalchemy import Connection, text

from pipelines.cli.shared import console, opened, print_table, say
from warehouse.organisation_files import IMPORT_IT
from warehouse.settings import Settings

LATEST = 15
REMEDIES = {  # by state of a submission
    "held": "what is held waits for somebody's agreement: `common-cause approve SUBMISSION` lets it through, `common-cause withdraw SUBMISSION` ends it",
    "failed": "what has failed three times waits for `common-cause retry SUBMISSION`, once its cause is mended",
}


@click.command()
@click.option("--port", type=click.IntRange(1024, 65535), help="First port to try for the Dagster UI (3000).")
@click.option("--dashboard-port", type=click.IntRange(1024, 65535), help="First port to try for the dashboard (8600).")
@click.pass_obj
def up(settings: Settings, port: int | None, dashboard_port: int | None) -> None:
    """Start the database, the web server, the daemon and the dashboard; return when they answer."""
    from pipelines.services import DAEMON, WEB, is_running
    from pipelines.services import up as bring_up

    was_up = is_running(settings, WEB) and is_running(settings, DAEMON)
    with console().status("starting ...") as shown:
        addresses = bring_up(settings, say=lambda line: shown.update(f"starting: {line} ..."), port=port, dashboard_port=dashboard_port)
    print_addresses(addresses)
    if was_up:
        say("already up; settings that changed count after `common-cause down` and `common-cause up`")


def print_addresses(addresses) -> None:
    """Where people find things."""
    closed = "  closed until COMMON_CAUSE_DASHBOARD_SIGN_IN is set (docs/dashboard.md)" if addresses.is_dashboard_closed else ""
    lines = {
        "dashboard": f"{addresses.dashboard}{closed}" if addresses.dashboard else "none: COMMON_CAUSE_DASHBOARD_DATABASE_URL says how it logs in (docs/warehouse.md)",
        "Dagster UI": addresses.web, "landing area": f"{addresses.landing}/<sender>/", "receipts": f"{addresses.outbox}/<sender>/<submission>/receipt.html",
        "database": addresses.database, "logs": addresses.logs,
    }  # fmt: skip
    for name, where in lines.items():
        console().print(f"  {name:<14}{where}", soft_wrap=True, markup=False)


@click.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop what `up` started in this home, and nothing else."""
    from pipelines.services import down as bring_down

    stopped = bring_down(settings, say=lambda line: console().print(line))
    if not stopped:
        console().print(f"nothing was running in {settings.home}", soft_wrap=True)


@click.command()
@click.option("--sender", help="Only this sender.")
@click.option("--last", type=click.IntRange(1), default=LATEST, show_default=True, help="How many of the latest submissions to show.")
@click.pass_obj
def status(settings: Settings, sender: str | None, last: int) -> None:
    """Submissions and their states; what is outstanding, held, stuck, late."""
    from assets.ledger import stuck

    with opened(settings) as context, context.engine.connect() as connection:
        _check_sender(connection, sender)
        _print_running(settings)
        _print_strays(settings)
        _print_states(connection, sender)
        _print_latest(connection, sender, last)
        _print_waiting(connection, sender, {row.submission_id for row in stuck(connection, context.now(), settings.stuck_after_minutes)})
        _print_late(connection, sender, context.now())
        _print_left_out(connection, sender)


def _print_running(settings: Settings) -> None:
    from pipelines.services import DAEMON, DASHBOARD, WATCHMAN, WEB, has_dashboard, is_running, notes

    shown = [name for name in (WEB, DAEMON, WATCHMAN, DASHBOARD) if name != DASHBOARD or has_dashboard(settings)]
    is_up = {name: is_running(settings, name) for name in shown}
    remedy = "" if all(is_up.values()) else "; start it with `common-cause up`"
    states = ", ".join(f"{name} {'up' if up else 'down'}" for name, up in is_up.items())
    say(f"{states}; home {settings.home}{remedy}")
    for name, note in notes(settings).items():
        end = "; given up, see its log, then `common-cause up`" if note["is_given_up"] else ""
        console().print(
            f"{name}: had died and was started again (starts: {note['starts']}, last at {note['at']}){end}", soft_wrap=True, markup=False
        )


def _check_sender(connection: Connection, sender: str | None) -> None:
    """Refuses a code that nobody has and under which nothing ever came."""
    sql = "select 1 from pathway.organisation where organisation_code = :sender union select 1 from intake.submission where sender_code = :sender"
    if sender is not None and not _rows(connection, sql, sender=sender):
        raise click.ClickException(f"the network knows no organisation {sender}, and nothing came from it; {IMPORT_IT}")


def _print_strays(settings: Settings) -> None:
    from assets.drops import strays

    if count := strays(settings.landing):
        say(
            f"{count:,} {'file lies' if count == 1 else 'files lie'} in {settings.landing} itself, in no sender's folder, where nobody takes files: move them into {settings.landing}/<sender>/"
        )


def _print_states(connection: Connection, sender: str | None) -> None:
    sql = "select state, count(*), sum(received_count)::bigint from intake.submission where :sender is null or sender_code = :sender group by 1 order by 2 desc"
    rows = _rows(connection, sql.replace(":sender is null", "cast(:sender as text) is null"), sender=sender)
    print_table(
        "\nSubmissions by state", ("state", "submissions", "rows"), rows or [("none yet", None, None)], numbers=("submissions", "rows")
    )


def _print_latest(connection: Connection, sender: str | None, last: int) -> None:
    sql = (
        "select submission_id, to_char(received_at, 'DD Mon HH24:MI'), sender_code, coalesce(dataset_name, '-'), state, received_count, "
        "accepted_count, unchanged_count, quarantined_count from intake.submission "
        "where cast(:sender as text) is null or sender_code = :sender order by arrival_number desc limit :last"
    )
    header = ("submission", "received", "sender", "dataset", "state", "rows", "accepted", "unchanged", "set aside")
    print_table(
        "\nLatest",
        header,
        _rows(connection, sql, sender=sender, last=last),
        numbers=header[5:],
        least=("unchanged", "accepted", "received", "set aside"),
    )


def _print_waiting(connection: Connection, sender: str | None, stuck: set[str]) -> None:
    sql = (
        "select submission_id, sender_code, state, attempt_count, coalesce(reason, '') from intake.submission where state in ('received', 'reading', 'held', 'failed') "
        "and (cast(:sender as text) is null or sender_code = :sender) order by arrival_number"
    )
    rows = [(number, *more, "stuck" if number in stuck else "", why) for number, *more, why in _rows(connection, sql, sender=sender)]
    if rows:
        print_table("\nOutstanding and held", ("submission", "sender", "state", "attempts", "", "why"), rows, numbers=("attempts",))
    for state, remedy in REMEDIES.items():
        if any(row[2] == state for row in rows):
            say(remedy)


def _print_late(connection: Connection, sender: str | None, now) -> None:
    sql = (
        "select sender_code, dataset_name, to_char(period_start, 'YYYY-MM-DD'), to_char(due_on, 'YYYY-MM-DD'), cast(:today as date) - due_on "
        "from intake.expected_submission where met_on is null and due_on < :today "
        "and (cast(:sender as text) is null or sender_code = :sender) order by due_on desc, 1 limit 20"
    )
    rows = _rows(connection, sql, sender=sender, today=now.date())
    if rows:
        print_table("\nLate", ("sender", "dataset", "period from", "was due", "days late"), rows, numbers=("days late",))


def _print_left_out(connection: Connection, sender: str | None) -> None:
    """Cases that do not count now, whoever's record it was that made them so: their senders learn it with their next receipt."""
    from assets.not_counting import STATUSES

    statuses = list(STATUSES)
    counts = ", ".join(f"count(*) filter (where record_status = '{status}')" for status in statuses)
    sql = (
        f"select pathway_name, provider_code, {counts} from pathway.pathway_case where record_status = any(:statuses) "
        "and (cast(:sender as text) is null or provider_code = :sender) group by 1, 2 order by count(*) desc, 1, 2 limit 20"
    )
    rows = _rows(connection, sql, sender=sender, statuses=statuses)
    if rows:
        print_table("\nCases that measures leave out", ("pathway", "provider", *statuses), rows, numbers=statuses)


def _rows(connection: Connection, sql: str, **parameters) -> list:
    return list(connection.execute(text(sql), parameters))


@click.command()
@click.option("--once", is_flag=True, help="End by itself when the backlog is worked off, with a summary.")
@click.option("--port", type=click.IntRange(1024, 65535), help="First port to try for the Dagster UI (3000).")
@click.pass_obj
def demo(settings: Settings, once: bool, port: int | None) -> int:
    """Run the demo network in a home of its own: 22 fictional providers, two years of hip fracture and acute stroke. Ctrl-C stops it."""
    from pipelines.demo.show import run_demo

    return run_demo(settings, once=once, port=port)


COMMANDS = (up, down, status, demo)
