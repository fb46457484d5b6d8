"""Plumbline: a nightly learning-data pipeline that keeps proxies apart from learning."""
