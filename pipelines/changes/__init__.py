"""Compare two published builds: which cells of the marts differ, and why."""
