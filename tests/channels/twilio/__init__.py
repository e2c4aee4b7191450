"""Tests of WhatsApp and SMS by Twilio."""
