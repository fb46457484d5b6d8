"""Check what was loaded or built with Great Expectations: stop, warn or pass, with the reason."""
