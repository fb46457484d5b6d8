"""Keys, pseudonyms, sealed originals, and whose pseudonym is whose."""
