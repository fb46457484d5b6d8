"""Explain one judgement: its evidence and its formula, computed again apart from the models."""
