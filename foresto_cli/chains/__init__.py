"""Chains: their steps, their order, what was missed."""
