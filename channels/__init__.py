"""Adapters: one file, one class, one table of tests for each channel."""
