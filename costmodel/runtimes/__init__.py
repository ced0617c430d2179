"""Fusion rules as data, one file for each runtime."""
