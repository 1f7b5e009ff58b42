"""The start: settings, download, verification, then the listener; or one reason why not."""

import multiprocessing
import os
import shutil

import msgspec

from app.failure import StartupError
from app.journal import Journal
from app.model import Variant
from app.release import Release, choose, open_release
from app.repository import Repository
from app.server import ModelServer, prepare_environment
from app.settings import Settings
from app.signature import load_trusted_key
from app.verification import verify_folder
from app.worker import VERIFIED, create, model_folder

IO_ERROR = 74


def fetch(settings: Settings, journal: Journal) -> Release:
    """Downloads the signed release into the scratch folder and verifies all of it.

    Args:
        settings: What the pod is told.
        journal: Where each verified variant is recorded.

    Raises:
        StartupError: Anything is missing, unsigned, different, or cannot be read.
    """
    key = load_trusted_key(settings.trusted_key)
    repository = Repository(
        endpoint=settings.store_endpoint,
        region=settings.store_region,
        bucket=settings.store_models,
        credentials=settings.mounts / "store",
    )
    file = f"{settings.model}/release.dsse.json"
    release = open_release(
        repository.read(file),
        settings.model,
        key,
        file,
        max_age_days=settings.release_max_age_days,
    )
    shutil.rmtree(settings.scratch, ignore_errors=True)
    for name, released in choose(release, settings.assignment.weights).items():
        folder = model_folder(settings, name)
        repository.download(released.path, folder)
        verify_folder(folder, name, released, key)
        # Loaded once here, so that a model that cannot be served is refused like an unsigned one.
        Variant(name, released, folder, intra_op_threads=1)
        journal.write(
            "verified",
            model=settings.model,
            variant=name,
            version=released.version,
            digest=released.digest,
            signed_by=release.signed_by,
            signed_at=release.signed_at,
        )
    return release


def main() -> int:
    """Serves until told to stop; returns the exit code of the pod."""
    journal = Journal()
    try:
        prepare_environment()
        settings = Settings.from_environment(os.environ)
        release = fetch(settings, journal)
        os.environ[VERIFIED] = msgspec.json.encode(release).decode()
        # A worker starts from nothing: it shares neither threads nor memory with this process.
        multiprocessing.set_start_method("spawn", force=True)
        server = ModelServer(settings, journal)
        journal.write("serving", host=settings.host, port=settings.port)
        # Granian would look for the application by its place in the file system; here is it.
        server.serve(target_loader=create, wrap_loader=False)
    except StartupError as error:
        journal.write("refused", error=str(error))
        return error.exit_code
    except OSError as error:
        journal.write("refused", error=f"{error.filename or 'input/output'}: {error.strerror}")
        return IO_ERROR
    return 0
