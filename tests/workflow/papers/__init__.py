"""Tests of what is printed of one complaint."""
