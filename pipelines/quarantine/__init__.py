"""The quarantine: what was rejected, looked at, handed out, run again, and erased in time."""
