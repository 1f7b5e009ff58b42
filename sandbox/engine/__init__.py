"""What the Pulumi engine needs beside itself when only package registries are reachable."""
