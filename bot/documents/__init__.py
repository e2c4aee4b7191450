"""What leaves on paper: typesetting from templates that a clerk can edit, and the press that draws on demand."""
