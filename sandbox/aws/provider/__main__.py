"""Start the provider: the engine gives its address as the argument."""

import sys

from sandbox.aws.provider.server import main

main(sys.argv[1:])
