"""The live dashboard: a server on 127.0.0.1 that shows the pages of ``views/pages`` and what is happening now."""
