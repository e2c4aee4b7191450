"""What the law on personal data asks: the notice, how long things are kept, what citizens may ask of their own data."""
