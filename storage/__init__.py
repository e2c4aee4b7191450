"""What is remembered, and the only transaction boundary."""
