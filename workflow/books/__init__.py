"""The office's books: the register of complaints, line by line, and the recap of a month. Pure."""
