"""A stand-in for AWS over HTTP, which any AWS client uses by its `endpoint_url`.

Most operations are moto's. What moto lacks, or never finishes, is kept here: one file for each
service in `kept/`, mostly data. Every kept call is read, checked and answered by the service's own
model in botocore, so a call that AWS would refuse for its shape is refused here.
"""
