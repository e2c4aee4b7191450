"""A published service standard: its shape, how it is read from TOML, and what must hold in it."""
