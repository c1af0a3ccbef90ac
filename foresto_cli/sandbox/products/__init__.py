"""Invented financial products in the shape of finlife: thousands of rows, with the oddities of the real disclosure."""
