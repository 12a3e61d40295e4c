"""Views for the public: releases and nothing else. What they show was frozen under the policy of its day (``warehouse.releases``)."""

from __future__ import annotations

from warehouse.views import view

release_v1 = view(
    "publication",
    "release_v1",
    "One row a release: a frozen, named set of results.",
    "release_name title released_on policy_version content_sha256",
    "select release_name, title, (released_at at time zone 'Europe/London')::date, policy_version, content_sha256 from measurement.release",
    release_name="its name, such as 2026-Q1",
    released_on="the day it was frozen",
    content_sha256="SHA-256 over its results in order, hexadecimal: proves that they are as they were",
)

result_v1 = view(
    "publication",
    "result_v1",
    "One row a result of a release: a measure for one organisation and period.",
    "release_name measure_name measure_title kind measure_version unit decimals organisation_code organisation_name organisation_kind "
    "period_grain period_start numerator denominator value lower_95 upper_95 national_value national_source is_provisional is_suppressed "
    "policy_version",
    "select r.release_name, f.measure_name, f.measure_title, f.measure_kind, f.measure_version, f.unit, f.decimals, f.organisation_code, "
    "f.organisation_name, f.organisation_kind, f.period_grain, f.period_start, f.numerator, f.denominator, f.value, f.lower_95, f.upper_95, "
    "f.national_value, f.national_source, f.is_provisional, f.is_suppressed, r.policy_version "
    "from measurement.release_result f join measurement.release r on r.release_id = f.release_id",
    release_name="the release",
    kind="kind of the measure",
    is_suppressed="whether the small-numbers policy hides it; then the values are null, never 0",
    is_provisional="whether it could still change when it was frozen",
)

VIEWS = (release_v1, result_v1)
