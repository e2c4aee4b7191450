"""What becomes of a registered complaint: acts, stages, rights, and the words that tell of them."""
