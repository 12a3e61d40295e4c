"""The dashboard: pages for the people who improve care. It reads the versioned views by its own login, and makes nothing."""
