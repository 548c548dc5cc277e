"""Answers in parts: what goes out when, at what cost, and that the parts are the whole."""
