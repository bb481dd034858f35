"""Spares dbt the messages that nobody reads."""

from functools import cache
from typing import Any

from dbt_common.events.base_types import DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import get_event_manager


@cache
def make_no_unread_messages() -> None:
    """Let dbt make messages of debug events, a thousand in a build, only where a log takes them."""
    make_message, fire = DebugLevel.__init__, EventManager.fire_event

    def make_read_message(event: Any, *arguments: Any, **content: Any) -> None:
        if is_debug_read():
            make_message(event, *arguments, **content)

    def fire_read_event(manager: Any, event: Any, *arguments: Any, **options: Any) -> None:
        if is_debug_read() or not isinstance(event, DebugLevel):
            fire(manager, event, *arguments, **options)

    DebugLevel.__init__, EventManager.fire_event = make_read_message, fire_read_event


def is_debug_read() -> bool:
    manager = get_event_manager()
    return any(logger.level is EventLevel.DEBUG for logger in manager.loggers)
