"""What keeps foresto running unattended: the lock, the run history, alerts, the state at a glance, self-examination."""
