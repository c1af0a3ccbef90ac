"""Market days, one stock's history, indices: sources, rows, gaps, checks."""
