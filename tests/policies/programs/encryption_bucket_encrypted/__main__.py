"""Two buckets and one encryption: the second is in the clear."""

from tests.policies.programs.compliant import Resource, encryption, inside

options = inside()
encryption("encryption", Resource("aws:s3/bucket:Bucket", "encrypted", options), options)
Resource("aws:s3/bucket:Bucket", "plain", options)
