"""One folder a pathway; each defines ``PATHWAY``. How to add one: docs/adding-a-pathway.md."""
