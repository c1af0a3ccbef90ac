"""What companies file with DART: statements, dividends, decisions about shares."""
