"""What a kit number looks like: the site's code, then six random digits."""

from typing import Annotated

from pydantic import Field

KitNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}-[0-9]{6}$")]
