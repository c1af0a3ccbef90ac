"""What Yahoo's pages are made of."""
