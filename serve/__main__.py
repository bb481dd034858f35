"""`python -m serve` serves what has been published; `python -m serve token` prints an admin token."""

import sys

import uvicorn

from serve.app import create_app
from serve.auth import admin_token
from serve.settings import SettingsError, settings_from_environment


def main(arguments: list[str]) -> None:
    try:
        settings = settings_from_environment()
    except SettingsError as error:
        sys.exit(str(error))
    match arguments:
        case []:
            uvicorn.run(create_app(settings), host=settings.host, port=settings.port)
        case ["token"]:
            print(admin_token(settings.jwt_secret))
        case _:
            sys.exit("usage: python -m serve [token]")


if __name__ == "__main__":
    main(sys.argv[1:])
