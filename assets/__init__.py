"""What the house makes, one module a stage, in the order the data meet them.

reading/             bytes -> table of text -> fields of a dataset -> typed frame
templates.py         what a sender fills in, in the spelling that reading takes
submissions.py       claim, ledger, states, modes
records.py           one submission from received to its final state
persons.py cases.py  persons, linking, the fold of records into cases, milestones
submitted_results.py results that come as results
measure_results.py benchmarks.py signals.py refresh.py   what is computed from cases
statistics/          pure functions of arrays
simulate/            synthetic submissions
definitions.py       the thin Dagster assets over all of these

Belongs here: plain functions that need no Dagster to be called. Does not belong here: how they are run (``pipelines``).
"""
