"""The database is what the code says."""

from __future__ import annotations

from sqlalchemy import text


def test_the_copy_of_the_template_is_a_migrated_database(database):
    with database.connect() as connection:
        assert connection.scalar(text("select current_user")) == "cc_pipeline"
        assert connection.scalar(text("select count(*) from pathway.wrist_fracture_record")) == 0
