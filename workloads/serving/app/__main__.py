"""Entry point of the image: `python -m app`."""

import sys

# The server's worker processes import this module too, under another name; what the start
# needs (object store, signature libraries) stays out of them.
if __name__ == "__main__":
    from app.startup import main

    sys.exit(main())
