"""Who is listed: the list, stocks, ETFs, company numbers, designations."""
