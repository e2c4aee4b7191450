"""Tests of what leaves on paper."""
