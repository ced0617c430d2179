"""The report on many models."""
