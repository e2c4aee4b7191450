"""Tests of the house itself: its shape, its packaging and its documents."""
