"""Validation of learning events to the letter of their standards."""
