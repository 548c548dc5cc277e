"""Finds out what one upstream organisation really does: `gateway probe`."""
