"""What a graph costs: reading, shapes, formulas, counts. Knows no rule and no report."""
