"""From a file's records to an op graph: every shape inferred, constants folded away."""
