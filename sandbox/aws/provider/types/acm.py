"""Certificates."""

from sandbox.aws.provider.resource import Do, Resource

_PRIVATE = "the platform's certificates are of its private authority"

TYPES = (
    Resource(
        "aws:acm/certificate:Certificate",
        "acm",
        create="RequestCertificate",
        id="CertificateArn",
        key={"CertificateArn": "{id}"},
        read=Do("DescribeCertificate", at="Certificate"),
        delete="DeleteCertificate",
        name=None,
        outputs={"arn": "{id}"},
        defaults={
            "domainValidationOptions": [],
            "pendingRenewal": False,
            "renewalSummaries": [],
            "validationEmails": [],
            "validationMethod": "NONE",
        },
        replace=(
            "certificateAuthorityArn",
            "domainName",
            "keyAlgorithm",
            "subjectAlternativeNames",
        ),
        refuse=dict.fromkeys(
            (
                "certificateBody",
                "certificateChain",
                "earlyRenewalDuration",
                "options",
                "privateKey",
                "privateKeyWo",
                "privateKeyWoVersion",
                "validationMethod",
                "validationOptions",
            ),
            _PRIVATE,
        ),
    ),
)
