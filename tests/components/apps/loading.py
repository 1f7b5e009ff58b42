"""Every image's program is a package called `app`: load one of them at a time."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

COMPONENTS = Path(__file__).parents[3] / "components"


def load(image: str, *modules: str) -> SimpleNamespace:
    """The modules of the program in an image's folder, as attributes.

    Args:
        image: folder of the image below `components/`.
        modules: names of the program's modules; `__main__` becomes `main_module`.
    """
    elsewhere = _set_aside()
    sys.path.insert(0, str(COMPONENTS / image))
    try:
        loaded: dict[str, ModuleType] = {
            name.replace("__main__", "main_module"): importlib.import_module(f"app.{name}")
            for name in modules
        }
    finally:
        sys.path.remove(str(COMPONENTS / image))
        _set_aside()
        sys.modules.update(elsewhere)
    return SimpleNamespace(**loaded)


def _set_aside() -> dict[str, ModuleType]:
    """Take whatever is called `app` out of the interpreter's table of modules."""
    names = [name for name in sys.modules if name.partition(".")[0] == "app"]
    return {name: sys.modules.pop(name) for name in names}
