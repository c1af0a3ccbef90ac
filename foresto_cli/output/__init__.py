"""Rows for whoever asked: one description of a result, and a writer for each form in which it can be had."""
