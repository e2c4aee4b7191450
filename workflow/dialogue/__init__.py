"""A citizen's talk with the office: from the first words to the confirmed report, and what is said after it."""
