"""What the score was worth on past days, with the proofs that it did not see ahead."""
