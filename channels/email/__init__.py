"""The email channel: the office's mailbox, IMAP in and SMTP out."""
