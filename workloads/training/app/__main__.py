"""Entry point of the image: `python -m app`."""

import sys

from app.job import main

if __name__ == "__main__":
    sys.exit(main())
