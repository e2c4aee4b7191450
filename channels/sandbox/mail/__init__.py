"""A mail server and the people who have mailboxes on it: IMAP and SMTP on loopback, strict, with faults on order."""

from channels.sandbox.mail.letters import Client
from channels.sandbox.mail.seen import Attached, Seen
from channels.sandbox.mail.server import MailServers, running
from channels.sandbox.mail.smtp import SmtpFaults
from channels.sandbox.mail.world import MailWorld, Person

__all__ = ["Attached", "Client", "MailServers", "MailWorld", "Person", "Seen", "SmtpFaults", "running"]
