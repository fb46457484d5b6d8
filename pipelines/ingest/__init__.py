"""Ingest: landing files in, canonical events, rejected events and a manifest per file out."""
