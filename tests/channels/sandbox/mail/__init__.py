"""Tests of the mail server that stands in."""
