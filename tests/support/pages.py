"""What stands in a page: its rows, its links, and what it would load."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

LOADING = ("src", "srcset", "data", "poster", "background", "action", "formaction", "manifest")


@dataclass
class Page(HTMLParser):
    """A page as a browser without a script takes it."""

    rows: list[dict[str, str]] = field(default_factory=list)
    """Attributes of each row, with its text under `text`."""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    """Whatever a browser would fetch by itself."""
    tags: list[str] = field(default_factory=list)
    policy: str = ""

    def __post_init__(self):
        super().__init__()
        self._row = None
        self._style = False

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [said["id"]] if "id" in said else []
        self.links += [said["href"]] if tag == "a" else []
        self.loads += [said[name] for name in LOADING if name in said]
        self.loads += [said.get("href", "")] if tag in ("link", "base", "image", "use") else []
        self._style = tag == "style"
        if said.get("http-equiv") == "Content-Security-Policy":
            self.policy = said["content"]
        if tag == "tr":
            self._row = {**said, "text": ""}
            self.rows.append(self._row)

    def handle_endtag(self, tag):
        self._style = False
        if tag == "tr":
            self._row = None

    def handle_data(self, data):
        if self._style and ("url(" in data or "@import" in data):
            self.loads.append(data)
        if self._row is not None:
            self._row["text"] += data


def read(text: str) -> Page:
    """Reads a page."""
    page = Page()
    page.feed(text)
    return page
