"""Who is told what: incidents, channels, late jobs, the dead-man's ping."""
