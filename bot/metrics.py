"""The numbers an operator watches, as Prometheus reads them. No label carries anything personal."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """Counters of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = self._count("aduan_received", "Payloads stored, by channel", "channel", "known")
        self.refused = self._count("aduan_refused", "Requests not taken in, by HTTP status", "channel", "status")
        self.handled = self._count("aduan_handled", "Events decided", "office")
        self.failed = self._count("aduan_failed", "Attempts to decide an event that failed", "office")
        self.set_aside = self._count("aduan_quarantined", "Payloads put into quarantine", "office")
        self.attempts = self._count("aduan_attempts", "Attempts to send, by outcome", "channel", "outcome")
        self.receipts = self._count("aduan_receipts", "Later news of sent messages", "channel", "what")
        self.files = self._count("aduan_files", "Files fetched, by outcome", "outcome")
        self.troubles = Gauge("aduan_troubles", "What an operator should mend now", registry=self.registry)
        self.purges = self._count("aduan_purges", "Files deleted at their provider", "channel", "outcome")
        self.waiting = Gauge("aduan_waiting", "What waits, by queue", ["queue"], registry=self.registry)
        self.batch = Histogram(
            "aduan_batch_seconds",
            "Time of one batch of the pump",
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
            registry=self.registry,
        )

    def page(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)

    def _count(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, registry=self.registry)
