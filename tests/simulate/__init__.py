"""Synthetic submissions look like real ones, and are spoilt only as asked."""
