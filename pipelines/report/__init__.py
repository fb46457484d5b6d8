"""What a person sees of a run: progress while it goes, a report when it is over."""
