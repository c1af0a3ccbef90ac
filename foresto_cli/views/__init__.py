"""What operators look at: status, page, mail, cards."""
