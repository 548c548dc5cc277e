"""`gateway` and `python -m gateway`: runs a command. `serve` loads nothing that it does not need."""

import sys

from gateway.errors import GatewayError


def main() -> None:
    """Runs a command. A mistake in settings is a message and exit status 2, not a stack."""
    try:
        if sys.argv[1:] == ["serve"]:
            from gateway.serving import serve

            serve()
        else:
            # Imported only here: the other commands, their options and their help are 2 MB, the sandbox 1.5 MB.
            from gateway.cli import app

            app()
    except GatewayError as error:
        sys.stderr.write(f"{error.message}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
