"""Changes to the whole process that make builds faster: dbt's debug events and Python's garbage collector."""

import gc
from functools import cache
from typing import Any

from dbt_common.events.base_types import DebugLevel, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import get_event_manager


@cache
def tune_process() -> None:
    """Skip debug events that no log takes, and exclude what dbt has parsed from garbage collection."""
    skip_unlogged_debug_events()
    gc.freeze()


def skip_unlogged_debug_events() -> None:
    """Let dbt build messages of debug events, a thousand in a build, only where a log takes them."""
    make_message, fire = DebugLevel.__init__, EventManager.fire_event

    def make_logged_message(event: Any, *arguments: Any, **content: Any) -> None:
        if is_debug_logged():
            make_message(event, *arguments, **content)

    def fire_logged_event(manager: Any, event: Any, *arguments: Any, **options: Any) -> None:
        if is_debug_logged() or not isinstance(event, DebugLevel):
            fire(manager, event, *arguments, **options)

    setattr(DebugLevel, "__init__", make_logged_message)  # noqa: B010
    setattr(EventManager, "fire_event", fire_logged_event)  # noqa: B010


def is_debug_logged() -> bool:
    manager = get_event_manager()
    return any(logger.level is EventLevel.DEBUG for logger in manager.loggers)
