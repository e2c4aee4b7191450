"""Hundreds of citizens and their offices on virtual time, against the real road and the real core."""
