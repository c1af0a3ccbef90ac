"""One module per upstream: its endpoints, and its ways of failing turned into our errors, in one place each."""
