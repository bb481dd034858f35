"""`python -m serve` serves what has been published; `python -m serve token` prints an admin token."""

import math
import os
import signal
import sys
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from serve.logs import log_config
from serve.protocol import BOUNDS
from serve.settings import Settings, SettingsError, settings_from_environment
from serve.tokens import admin_token

APP = "serve.app:app_from_environment"


def main(arguments: list[str]) -> None:
    try:
        settings = settings_from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    match arguments:
        case []:
            serve(settings)
        case ["token"]:
            print(admin_token(settings.jwt_secret))
        case _:
            sys.exit("usage: python -m serve [token]")


def serve(settings: Settings) -> None:
    # uvicorn raises it again once all requests have ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # What the workers count of requests; they look for it when they import prometheus_client.
    with TemporaryDirectory(prefix="storefront-metrics-") as os.environ["PROMETHEUS_MULTIPROC_DIR"]:
        options: dict[str, Any] = {
            "factory": True,
            "host": settings.host,
            "port": settings.port,
            "log_config": log_config(settings.log_format),
            "access_log": False,
            "timeout_graceful_shutdown": math.ceil(settings.query_timeout) + 1,
            **BOUNDS,
        }
        if settings.workers == 1:
            uvicorn.run(APP, **options)
        else:
            config = uvicorn.Config(APP, workers=settings.workers, **options)
            Workers(config, [config.bind_socket()]).run()


class Workers(Multiprocess):
    """Closes uvicorn's socket at once: it would go on accepting connections until the last worker ends."""

    def terminate_all(self) -> None:
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


if __name__ == "__main__":
    main(sys.argv[1:])
