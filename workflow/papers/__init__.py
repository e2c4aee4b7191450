"""What is printed of one complaint: each paper as a sheet of plain data, who gets it, and how its code is checked."""
