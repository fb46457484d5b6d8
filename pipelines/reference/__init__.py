"""The district's own records: roster (OneRoster), standards (CASE) and school calendar."""
