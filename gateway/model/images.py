"""Pictures of the customer."""

from gateway.model.describe import described, record
from gateway.model.scalars import DateTime


@record(description="The stored file of a picture.", v2="customerImage[].file")
class ImageFile:
    """V2 `customerImage[].file`."""

    name: str | None = described("The file's name.")
    namespace: str | None = described("Where it is kept.")
    file_handle: str | None = described("Upstream's handle of it.")
    version: str | None = described("The version of the file.")
    latest_version: bool | None = described("Whether that version is the latest one.")
    last_modified: DateTime | None = described("When it last changed.")
    acl: str | None = described("Who may read it.")


@record(description="A picture of the customer. Its links are signed and end within an hour.", v2="customerImage[]")
class CustomerImage:
    """V2 `customerImage[]`."""

    file_path: str | None = described("A signed link to the picture, good for at most an hour.")
    secure_file_path: str | None = described("A signed link to the picture over HTTPS, good for at most an hour.")
    file: ImageFile | None = described("The stored file.")
    status: bool | None = described("Whether upstream could make the links.")
    code: int | None = described("Upstream's status code of the picture; 200 for a good one.")
    message: str | None = described("Upstream's remark.")
