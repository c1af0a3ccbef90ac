"""Financial products of the FSS."""
