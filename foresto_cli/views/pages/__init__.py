"""Pages of the live dashboard, one module each; a page is read in one read-only transaction."""
