"""Mutation of declarations: a changed definition must change the answer of a spec table."""
