"""What people write to these five offices, and how well it's understood."""
