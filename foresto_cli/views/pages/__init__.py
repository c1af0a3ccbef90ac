"""Pages of the live dashboard, one module each: what a page says, read in one transaction that writes nothing."""
