"""Everything an operator can set, read once from the environment."""

from gateway.settings.loading import BadSettings, load, variables
from gateway.settings.settings import Settings

__all__ = ["BadSettings", "Settings", "load", "variables"]
