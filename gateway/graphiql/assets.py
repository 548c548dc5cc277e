"""The built files of the explorer, and how they are served."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

import msgspec
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response

STATIC: Final = Path(__file__).with_name("static")

# Names carry a hash of their content, so a browser never has to ask again.
_FOREVER: Final = "public, max-age=31536000, immutable"
_A_DAY: Final = "public, max-age=86400"

_MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".ttf": "font/ttf",
        ".txt": "text/plain",
        ".woff2": "font/woff2",
    }
)

# In the order we prefer them.
_CODINGS: Final = ("br", "gzip")


class Sibling(msgspec.Struct, frozen=True):
    """A compressed form of a built file, lying beside it."""

    file: str
    bytes: int
    sha256: str


class BuiltFile(msgspec.Struct, frozen=True):
    """One built file; `encodings` maps a content coding to its compressed form."""

    bytes: int
    sha256: str
    encodings: dict[str, Sibling]


class Manifest(msgspec.Struct, frozen=True):
    """What `npm run build` left in `static/`; `ui/build.mjs` writes it.

    All names are base names and keys of `files`. `preload` are the scripts the first screen imports. `workers` maps
    the label of each of Monaco's language workers to its script. `sources` maps each source file, as a path from
    `ui/`, to its SHA-256 at build time.
    """

    script: str
    style: str
    icon: str
    preload: list[str]
    workers: dict[str, str]
    licences: str
    files: dict[str, BuiltFile]
    sources: dict[str, str]


class Assets:
    """Answers requests for built files; a name that the manifest does not list does not exist."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self.manifest: Final = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)

    def response(self, name: str, request_headers: Headers) -> Response | None:
        """The file `name` in the best coding the request accepts, or None if there is no such file."""
        built = self.manifest.files.get(name)
        if built is None:
            return None
        headers = {
            "cache-control": _A_DAY if name == self.manifest.licences else _FOREVER,
            "vary": "accept-encoding",
            "x-content-type-options": "nosniff",
        }
        file = name
        accepted = accepted_codings(request_headers.get("accept-encoding", ""))
        for coding in _CODINGS:
            if coding in accepted and coding in built.encodings:
                file = built.encodings[coding].file
                headers["content-encoding"] = coding
                break
        media_type = _MEDIA_TYPES[PurePosixPath(name).suffix]
        return FileResponse(self._folder / file, headers=headers, media_type=media_type)


def accepted_codings(accept_encoding: str) -> frozenset[str]:
    """The content codings that an `Accept-Encoding` header names without refusing them (`q=0`).

    `*` names nothing: who does not say which coding it can decode gets the plain file.
    """
    accepted: set[str] = set()
    for item in accept_encoding.lower().replace(" ", "").split(","):
        coding, _, weight = item.partition(";q=")
        if coding and (not weight or weight.strip("0.")):
            accepted.add(coding)
    return frozenset(accepted)
