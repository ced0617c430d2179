"""Fitting device profiles to timings, and saying how well they predict."""
