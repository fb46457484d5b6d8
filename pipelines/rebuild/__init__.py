"""Rebuild: the warehouse made again beside the current one, compared, and switched to if asked."""
