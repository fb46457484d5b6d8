"""Keys, pseudonyms, sealed originals and the vault of names."""
