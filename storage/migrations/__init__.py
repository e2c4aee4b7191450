"""The migrations, one after the other; each brings the database from the shape before to the next one."""
