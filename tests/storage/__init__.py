"""Tests of what is remembered; the same ones on both databases."""
