"""The shell: the only place where concrete things meet."""
