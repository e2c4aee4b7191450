"""The pure core: decisions as functions of values."""
