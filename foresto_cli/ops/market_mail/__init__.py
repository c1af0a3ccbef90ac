"""The market mail of a session."""
