"""Images go from a region's registry to a site's own, by digest and with a login of ECR."""

from tests.components.apps.image_replication.conftest import Copying, Region
from tests.components.apps.token_service.conftest import Registry
from tests.components.apps.token_service.image import skopeo


def held(registry: Registry, name: str, digest: str) -> bool:
    """Whether the site's registry has the image, to whoever may pull."""
    reference = f"docker://{registry.host}/mizan/{name}@{digest}"
    folder = registry.folder / f"pulled-{digest[-12:]}"
    return skopeo(registry, "puller", "pull", reference, f"oci:{folder}").returncode == 0


def test_each_image_is_copied_by_its_digest_and_once(
    copying: Copying, region: Region, registry: Registry
) -> None:
    digests = {name: region.push(name, name.encode()) for name in ("serving", "base")}
    images = {f"mizan/{name}": digest for name, digest in digests.items()}

    first = copying({**images, "mizan/not-built": None})
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("Image sync needed") == 2
    assert all(held(registry, name, digest) for name, digest in digests.items())

    again = copying(images)
    assert again.returncode == 0, again.stderr
    assert "Image sync needed" not in again.stderr


def test_a_layer_that_is_not_what_its_digest_says_is_refused_and_the_rest_is_copied(
    copying: Copying, region: Region, registry: Registry
) -> None:
    spoilt = region.push("serving", b"a good model server")
    good = region.push("base", b"a good base")
    layer = region.layer("serving")
    layer.write_bytes(bytes(len(layer.read_bytes())))

    ran = copying({"mizan/serving": spoilt, "mizan/base": good})

    assert ran.returncode != 0
    assert f"mizan/serving@{spoilt}" in ran.stderr
    assert "digest mismatch" in ran.stderr.partition("Failed to sync")[2], ran.stderr
    assert not held(registry, "serving", spoilt)
    assert held(registry, "base", good)


def test_an_image_that_the_region_does_not_have_is_named(copying: Copying) -> None:
    digest = f"sha256:{'1' * 64}"

    ran = copying({"mizan/serving": digest})

    assert ran.returncode != 0
    assert f"mizan/serving@{digest}" in ran.stderr


def test_who_may_only_pull_copies_nothing(
    copying: Copying, region: Region, registry: Registry
) -> None:
    digest = region.push("serving", b"for the pusher only")

    assert copying({"mizan/serving": digest}, "puller").returncode != 0
    assert not held(registry, "serving", digest)
