"""Entry point of the image: `python -m app` drives the job, `python -m app executor` serves it."""

import sys

from app import executor
from app.job import main

if __name__ == "__main__":
    sys.exit(executor.main() if sys.argv[1:] == ["executor"] else main())
