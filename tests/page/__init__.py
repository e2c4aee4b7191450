"""Tests of the demo's page: its server, its words, and Chromium playing it."""
