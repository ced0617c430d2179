"""The model as plain records: graph, tensors, dimensions, types, errors."""
