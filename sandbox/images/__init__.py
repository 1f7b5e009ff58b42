"""Container images, built here because no image registry can be reached."""

from sandbox.images.architecture import Architecture
from sandbox.images.build import Built, build_all
from sandbox.images.catalogue import NODE, Image, images
from sandbox.images.index import joined

__all__ = ["NODE", "Architecture", "Built", "Image", "build_all", "images", "joined"]
