"""Office time: hours and holidays, deadlines, and how moments are said."""
