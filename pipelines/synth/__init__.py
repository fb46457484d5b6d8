"""A synthetic district: a complete home with invented people, and the truth beside it."""

from pipelines.synth.district import SyntheticDistrict, write_district

__all__ = ["SyntheticDistrict", "write_district"]
