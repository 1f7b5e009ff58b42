"""The laws between the sections of an environment."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from environments.fault import Fault, listing, quote
from environments.node_pools import Purpose
from environments.section import repeated
from environments.sites import CloudRegion

if TYPE_CHECKING:  # the model keeps these laws, so it cannot be imported here when it runs
    from environments.model import Environment

_HOURS_A_DAY: Final = 24
_TRAINING: Final = (Purpose.GPU_TRAINING, Purpose.CPU_TRAINING)


def each_once(environment: "Environment") -> Iterator[Fault]:
    """Names stand once."""
    yield from repeated(environment.data_classes, "the data class", "data_classes")
    names = [pool.name for pool in environment.node_pools]
    yield from repeated(names, "the name of the pool", "node_pools")


def tags_keep_their_meaning(environment: "Environment") -> Iterator[Fault]:
    """Extra tags never replace a tag that the environment itself sets."""
    for tag in environment.extra_tags:
        if tag in environment.own_tags or tag == "dpia-id":
            yield Fault(
                path=("extra_tags", tag),
                reason="the environment sets this tag itself",
                given=quote(tag),
                allowed="a name other than its own tags",
            )


def pools_fit_their_site(environment: "Environment") -> Iterator[Fault]:
    """Each pool stands on a site that exists and offers what it asks for."""
    for position, pool in enumerate(environment.node_pools):
        site = environment.sites.named(pool.site)
        if site is None:
            yield Fault(
                path=("node_pools", position, "site"),
                reason="the environment has no such site",
                given=quote(pool.site),
                allowed=listing(known.name for known in environment.sites.all),
            )
        else:
            yield from (f.under("node_pools", position) for f in pool.faults_at(site))


def cloud_has_machines(environment: "Environment") -> Iterator[Fault]:
    """A cloud region has no machines but those of its pools, and charges for them."""
    site = environment.sites.primary
    if not isinstance(site, CloudRegion):
        return
    purposes = {pool.purpose for pool in environment.node_pools if pool.site == site.name}
    needs = [("serving", (Purpose.CPU_INFERENCE,)), ("training", _TRAINING)]
    if environment.batch is not None:
        needs.append(("batch", (Purpose.DATA,)))
    for work, serving in needs:
        if purposes.isdisjoint(serving):
            yield Fault(
                path=("node_pools",),
                reason=f"site {site.name} has no pool on which {work} could run",
                given=f"pools for {listing(sorted(purposes))}",
                allowed=f"one more pool for {' or '.join(serving)}",
            )
    if environment.monthly_budget_usd == 0:
        yield Fault(
            path=("monthly_budget_usd",),
            reason=f"site {site.name} is a cloud region, which costs money",
            given="0",
            allowed="from 1",
        )


def images_come_from_the_registry(environment: "Environment") -> Iterator[Fault]:
    """The registry is the primary site's own, and every image is in it, fixed by its digest."""
    registry = environment.registry
    yield from (f.under("registry") for f in registry.faults_at(environment.sites.primary))
    yield from registry.image_faults(environment.images)


def streams_fit(environment: "Environment") -> Iterator[Fault]:
    """Streams spread over the primary site and never outlive the raw data."""
    streaming, kept = environment.streaming, environment.retention.raw_days * _HOURS_A_DAY
    if streaming is None:
        return
    yield from (f.under("streaming") for f in streaming.faults_at(environment.sites.primary))
    if streaming.retention_hours > kept:
        yield Fault(
            path=("streaming", "retention_hours"),
            reason="records would outlive the raw data that they become",
            given=f"{streaming.retention_hours} hours",
            allowed=f"up to retention.raw_days, {kept} hours",
        )


def obligations_are_met(environment: "Environment") -> Iterator[Fault]:
    """What the law asks of this perimeter, sector and these data classes."""
    for row in environment.obligations:
        because = f"{row.name} fall under {row.instrument}"
        if row.second_site and environment.sites.recovery is None:
            yield Fault(
                path=("sites", "recovery"),
                reason=f"a second copy at another place inside the country is missing: {because}",
                given="nothing",
                allowed="a recovery site inside the country",
            )
        for period, least in row.retention.items():
            days = getattr(environment.retention, period)
            if days < least:
                yield Fault(
                    path=("retention", period),
                    reason=f"kept for too short a time: {because}",
                    given=f"{days} days",
                    allowed=f"from {least} days",
                )
        for field in row.requires:
            if getattr(environment, field) is None:
                yield Fault(
                    path=(field,),
                    reason=f"must be filled in: {because}",
                    given="nothing",
                    allowed=type(environment).model_fields[field].description or "",
                )


def transfers_are_documented(environment: "Environment") -> Iterator[Fault]:
    """An entity with its own perimeter holds data elsewhere only under a permission that holds."""
    today = datetime.now(tz=UTC).date()
    for position, transfer in enumerate(environment.transfers):
        if environment.sites.named(transfer.site) is None:
            yield Fault(
                path=("transfers", position, "site"),
                reason="the environment has no such site",
                given=quote(transfer.site),
                allowed=listing(site.name for site in environment.sites.all),
            )
        if transfer.expires < today:
            yield Fault(
                path=("transfers", position, "expires"),
                reason="the permission has expired",
                given=str(transfer.expires),
                allowed=f"from {today}",
            )
    permitted = {transfer.site for transfer in environment.transfers}
    for row in environment.obligations:
        for site in environment.sites.all if row.own_perimeter else ():
            if site.perimeter != environment.perimeter and site.name not in permitted:
                yield Fault(
                    path=("transfers",),
                    reason=f"site {site.name} stands in perimeter {site.perimeter}, which is a "
                    f"transfer: {row.name} fall under {row.instrument}",
                    given=f"transfers to {listing(sorted(permitted))}",
                    allowed=f"an entry for site {site.name}",
                )


LAWS: Final[tuple[Callable[["Environment"], Iterator[Fault]], ...]] = (
    each_once,
    tags_keep_their_meaning,
    pools_fit_their_site,
    cloud_has_machines,
    images_come_from_the_registry,
    streams_fit,
    obligations_are_met,
    transfers_are_documented,
)
"""Every law, in the order in which its faults are told."""
