"""Maintenance: rebuild the shipped profiles and the accuracy table from the corpus."""
