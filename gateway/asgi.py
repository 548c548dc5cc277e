"""What our server and our application tell each other in a request's scope, beyond ASGI. Neither needs the other to."""

from collections.abc import Callable
from typing import Any, Final

LEFT: Final = "gateway.left"
"""Where a scope says that the client closed the connection before there was a whole answer."""

WRITE: Final = "gateway.write"
"""Where a scope has a `Write`."""

Write = Callable[[Any, bytes], bool]
"""Writes a whole answer to the request of a scope, with status 200, in one piece: header lines, a blank one and the
body. False: nothing was written, and the answer has to be sent."""

AtOnce = Callable[[Any, bytes], bytes | None]
"""From a scope and the whole body to an answer with status 200: its header lines, a blank one and its body, as they go
over the wire. Null: the application has to be called."""
