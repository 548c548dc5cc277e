"""The self-hosted GraphiQL explorer: its page, its built files under `static/`, their source under `ui/`."""
