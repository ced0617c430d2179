"""Models that are written: weights filled in, dimensions bound, rewritten, saved."""
