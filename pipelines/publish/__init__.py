"""Give readers a copy: one whole, verified build at a time, switched to atomically."""
