"""Verification: what is checked daily, weekly, monthly."""
