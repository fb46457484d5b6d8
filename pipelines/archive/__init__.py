"""The archive: loaded deliveries, encrypted, kept for a time and handed out again."""
