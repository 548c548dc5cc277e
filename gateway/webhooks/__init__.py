"""Upstream's event notifications: what an event says of the cache, and the endpoint that takes it."""
