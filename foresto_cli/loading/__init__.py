"""What each loading command runs, with which clients and facts."""
