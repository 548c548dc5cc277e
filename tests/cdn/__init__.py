"""A real gateway behind real shared caches: nginx and Varnish. `make test-cdn` fails where one of them is missing."""
