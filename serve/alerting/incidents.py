"""Which alerts have been told and which messages still wait, in WAREHOUSE_DIR/alerts.json."""

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
MOST_MESSAGES = 1_000  # That wait; one more takes the place of the oldest.

Message = dict[str, Any]

log = logging.getLogger(__name__)


@dataclass
class Incidents:
    """What survives a restart.

    told: each alert that has been told and is not over, with the checks since it was there last.
    messages: those that no webhook has taken yet, the oldest first.
    digest_week: the Monday after the last week that was told, ISO 8601; empty at first.
    """

    told: dict[str, int] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    digest_week: str = ""

    def check(self, alerts: list[Alert]) -> None:
        """Add a message for each alert that is new: that was not there in the last two checks."""
        current = {key_of(alert): alert for alert in alerts if alert.severity in ("critical", "warning")}
        for key in [*self.told]:
            self.told[key] += 1
            if key not in current and self.told[key] >= CHECKS_UNTIL_OVER:
                del self.told[key]
        for key, alert in current.items():
            if key not in self.told:
                self.add({"text": alert.message, **alert.model_dump(mode="json")})
            self.told[key] = 0

    def add(self, message: Message) -> None:
        self.messages.append(message)
        if len(self.messages) > MOST_MESSAGES:
            log.error("%s messages wait for the webhook; the oldest is dropped", MOST_MESSAGES)
            del self.messages[0]

    def write(self, warehouse: Path) -> None:
        """Keep it, where the disk allows it: else a restart tells alerts again."""
        with suppress(OSError):
            write_text(warehouse / ALERTS, json.dumps(asdict(self), ensure_ascii=False))


def read_incidents(warehouse: Path) -> Incidents:
    """What was kept; nothing where that cannot be read."""
    with suppress(OSError, ValueError, TypeError):
        return Incidents(**json.loads((warehouse / ALERTS).read_bytes()))
    return Incidents()


def key_of(alert: Alert) -> str:
    """What tells one incident from another."""
    return f"{alert.type} {alert.product_slug or ''}".strip()
