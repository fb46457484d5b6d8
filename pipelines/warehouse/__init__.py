"""The encrypted DuckDB files: the warehouse that is loaded and built, and the vault of names."""
