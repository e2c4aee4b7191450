"""The `aduan offices` commands: check, begin, draw and print an office's standard."""
