"""Schedules: rendered and installed for launchd, cron and systemd."""
