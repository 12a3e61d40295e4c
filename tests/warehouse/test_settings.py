"""Settings: each has its form or bounds, and what cannot be used is named with what is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.settings import Settings, SettingsError, unknown_variables


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("PARALLEL_RUNS", "0", "a whole number from 1 to 64 is wanted, not '0'"),
        ("PARALLEL_RUNS", "many", "a whole number from 1 to 64 is wanted, not 'many'"),
        ("KEEP_RUNS_DAYS", "-3", "a whole number from 0 "),
        ("ALARM_AGAIN_DAYS", "0", "a whole number from 1 "),
        ("MAIL_URL", "foo", "the mail server is given as smtp://"),
        ("WEBHOOK_URL", "ftp://x", "begins with https:// or http://"),
        ("DASHBOARD_URL", "notaurl", "begins with https:// or http://"),
        ("DASHBOARD_URL", "http://[", "begins with https:// or http://"),
        ("DASHBOARD_URL", "http://host:port", "begins with https:// or http://"),
        ("NETWORK_CODE", "lower case", "a code of capital letters and digits is wanted, such as NET"),
        ("DATABASE_URL", "foo", "no address of a Postgres; it is written postgresql://"),
        ("DATABASE_URL", "mysql://somebody:secret-word@host/x", "no address of a Postgres"),
        ("DATABASE_URL", "postgresql://somebody:secret-word@host:port/x", "no address of a Postgres"),
        ("DASHBOARD_DATABASE_URL", "foo", "no address of a Postgres"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_is_wanted(variable, text, says):
    with pytest.raises(SettingsError) as told:
        Settings.from_environment({f"COMMON_CAUSE_{variable}": text})
    assert str(told.value).startswith(f"COMMON_CAUSE_{variable}: ") and says in str(told.value)
    assert "secret-word" not in str(told.value)


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("PARALLEL_RUNS", "4", "parallel_runs", 4),
        ("KEEP_RUNS_DAYS", "0", "keep_runs_days", 0),
        ("KEEP_RUNS_DAYS", "", "keep_runs_days", 90),
        ("WEBHOOK_URL", "https://hooks.example/a?b=c", "webhook_url", "https://hooks.example/a?b=c"),
        ("MAIL_URL", "maildir:///tmp/x?from=a@b.example", "mail_url", "maildir:///tmp/x?from=a@b.example"),
        ("DATABASE_URL", "postgresql:///x?host=/run/postgresql", "database_url", "postgresql:///x?host=/run/postgresql"),
        ("DATABASE_URL", "postgres://a:b%40@db.example/x", "database_url", "postgres://a:b%40@db.example/x"),
        ("PATHWAYS", "/a:/b", "pathway_folders", (Path("/a"), Path("/b"))),
    ],
)
def test_what_can_be_used_is(variable, text, name, value):
    assert getattr(Settings.from_environment({f"COMMON_CAUSE_{variable}": text}), name) == value


def test_a_variable_that_is_no_setting_is_found_with_what_was_meant():
    given = {
        "COMMON_CAUSE_PARALEL_RUNS": "3",
        "COMMON_CAUSE_ZEBRA": "1",
        "COMMON_CAUSE_DASHBOARD_SIGN_IN": "local",
        "COMMON_CAUSE_TEST_BINARIES": "/x",
        "PATH": "/bin",
    }
    assert unknown_variables(given) == {"COMMON_CAUSE_PARALEL_RUNS": "COMMON_CAUSE_PARALLEL_RUNS", "COMMON_CAUSE_ZEBRA": None}
