"""The encrypted DuckDB warehouse: load, build and publish."""
