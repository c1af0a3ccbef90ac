"""Screens: conditions on stocks, typed or saved, and who fulfils them on a day."""
