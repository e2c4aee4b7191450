"""The tests of the stand-in for Twilio."""
