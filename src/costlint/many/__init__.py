"""Thousands of models: one code path for a laptop and a cluster, cached and resumable."""
