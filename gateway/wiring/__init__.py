"""Pieces made from settings, for `gateway.app` to put together."""
