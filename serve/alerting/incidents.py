"""Which incidents are open and which messages are pending, in WAREHOUSE_DIR/alerts.json."""

import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.durable import write_text
from pipeline.paths import ALERTS
from serve.endpoints.alerts.models import Alert

CHECKS_UNTIL_OVER = 2
MOST_PENDING = 1_000  # One more takes the place of the oldest.

Message = dict[str, Any]

log = logging.getLogger(__name__)


@dataclass
class Incidents:
    """What survives a restart.

    open: each alert that has its message and is not over, with the number of checks since it was there last.
    pending: the messages that the webhook has not taken yet, the oldest first.
    digest_week: the Monday on which the last digest was due, ISO 8601; empty at first.
    """

    open: dict[str, int] = field(default_factory=dict)
    pending: list[Message] = field(default_factory=list)
    digest_week: str = ""

    def check(self, alerts: list[Alert]) -> None:
        """Add a message for each alert that is new: that was not there in the last two checks."""
        current = {key_of(alert): alert for alert in alerts if alert.severity in ("critical", "warning")}
        for key in [*self.open]:
            self.open[key] += 1
            if key not in current and self.open[key] >= CHECKS_UNTIL_OVER:
                del self.open[key]
        for key, alert in current.items():
            if key not in self.open:
                self.add({"text": alert.message, **alert.model_dump(mode="json")})
            self.open[key] = 0

    def add(self, message: Message) -> None:
        self.pending.append(message)
        if len(self.pending) > MOST_PENDING:
            log.error("%s messages are pending; the oldest is dropped", MOST_PENDING)
            del self.pending[0]

    def write(self, warehouse: Path) -> None:
        """Write it, where the disk allows it: else alerts are posted again after a restart."""
        with suppress(OSError):
            write_text(warehouse / ALERTS, json.dumps(asdict(self), ensure_ascii=False))


def read_incidents(warehouse: Path) -> Incidents:
    """What the file holds; nothing where it cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return Incidents(**json.loads((warehouse / ALERTS).read_bytes()))
    return Incidents()


def key_of(alert: Alert) -> str:
    """What tells one incident from another."""
    return f"{alert.type} {alert.product_slug or ''}".strip()
