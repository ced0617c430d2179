"""A size for every dimension that nobody stated, so that a first run gives numbers."""
