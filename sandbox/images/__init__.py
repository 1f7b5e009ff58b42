"""Container images, built here because no image registry can be reached."""

from sandbox.images.build import Built, build_all
from sandbox.images.catalogue import Image, images

__all__ = ["Built", "Image", "build_all", "images"]
