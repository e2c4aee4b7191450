"""The real program as a process, against the stand-in for Telegram on loopback."""
