"""`gateway` and `python -m gateway`: runs a command. `serve` loads nothing that it does not need."""

import sys

from gateway.imports import without

with without("httpx._main"):  # httpx's own command line, for which it loads rich and pygments: 4 MB
    from gateway.errors import GatewayError
    from gateway.serving import serve


def main() -> None:
    """Runs a command. A mistake in settings is a message and exit status 2, not a stack."""
    try:
        if sys.argv[1:] == ["serve"]:
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
