"""Specifications: hand-worked cases in, answers out. A clinician can read the tables; the tests run them."""
