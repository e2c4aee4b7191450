"""Stand-ins for the providers, for the demo and the tests alone."""
