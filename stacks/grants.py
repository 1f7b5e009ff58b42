"""Who may do what with which bucket: the whole list, on one page, for every kind of site."""

from components.object_store import Access, Grant
from stacks import place

GRANTS = (
    Grant(user="landing", bucket=place.LAKE, access=Access.WRITE),
    Grant(user="training", bucket=place.LAKE, access=Access.READ),
    Grant(user="training", bucket=place.CANDIDATES, access=Access.WRITE),
    Grant(user="signing", bucket=place.CANDIDATES, access=Access.READ),
    Grant(user="signing", bucket=place.MODELS, access=Access.WRITE),
    Grant(user="serving", bucket=place.MODELS, access=Access.READ),
)
IN_BULK = (
    Grant(user="batch", bucket=place.LAKE, access=Access.READ),
    Grant(user="batch", bucket=place.FEATURES, access=Access.WRITE),
)
"""What is granted besides where an environment works in bulk."""
