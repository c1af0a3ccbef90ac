"""``foresto init``: from nothing to settings, a database, a timetable and the first load, one question at a time."""
