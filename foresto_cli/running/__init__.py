"""One command's work: lock, run record, result, closing lines."""
