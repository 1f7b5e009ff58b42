"""The table is renewed whole from a price list, or not at all."""

import csv
import shutil
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from policies.costing import rates, refresh
from policies.costing.rates import FOLDER

REGION = "me-central-1"
COLUMNS = [
    "SKU", "TermType", "PriceDescription", "StartingRange", "EndingRange", "Unit", "PricePerUnit",
    "Currency", "Product Family", "serviceCode", "Location", "Instance Type", "Tenancy",
    "Operating System", "CapacityStatus", "Pre Installed S/W", "usageType", "operation",
]  # fmt: skip
Serve = Callable[..., str]


def row(usage: str, usd: str, **more: str) -> dict[str, str]:
    common = {"TermType": "OnDemand", "StartingRange": "0", "PricePerUnit": usd, "Currency": "USD"}
    return {**dict.fromkeys(COLUMNS, ""), **common, "usageType": usage, **more}


def machine(kind: str, usd: str, **more: str) -> dict[str, str]:
    return row(
        f"MEC1-BoxUsage:{kind}",
        usd,
        **{
            "Instance Type": kind,
            "Unit": "Hrs",
            "Tenancy": "Shared",
            "Operating System": "Linux",
            "CapacityStatus": "Used",
            "Pre Installed S/W": "NA",
            "operation": "RunInstances",
            **more,
        },
    )


def offer(*rows: dict[str, str]) -> bytes:
    """A file as AWS publishes it: five lines about it, then the table, everything quoted."""
    head = [
        ["FormatVersion", "v1.0"],
        ["Disclaimer", "This pricing list is for informational purposes only."],
        ["Publication Date", "2026-11-20T18:04:11Z"],
        ["Version", "20261120180411"],
        ["OfferCode", "AmazonEC2"],
        COLUMNS,
    ]
    lines = [*head, *([one[column] for column in COLUMNS] for one in rows)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of two prices, and where to look for three rates and one family."""
    (tmp_path / "offers.yaml").write_text(
        yaml.safe_dump(
            {
                "region": REGION,
                "families": ["m7g"],
                "rates": {
                    "eks/control-plane": {
                        "offer": "AmazonEKS",
                        "usage": "MEC1-AmazonEKS-Hours:perCluster",
                        "unit": "hour",
                    },
                    "ebs/gp3-throughput": {
                        "offer": "AmazonEC2",
                        "usage": "MEC1-EBS:VolumeP-Throughput.gp3",
                        "unit": "MiBps-month",
                        "scale": 1024,
                    },
                    "elb/network": {
                        "offer": "AmazonEC2",
                        "usage": "MEC1-LoadBalancerUsage",
                        "operation": "LoadBalancing:Network",
                        "unit": "hour",
                    },
                },
            }
        )
    )
    (tmp_path / "prices.csv").write_text(
        "rate,unit,usd,trust,source,as_of\n"
        "ec2/m7g.large,hour,0.1,one source,somebody,2025-04-24\n"
        "eks/control-plane,hour,0.1,one source,somebody,\n"
    )
    return tmp_path


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves files by offer; a list is what is answered one after the other."""
    running: list[ThreadingHTTPServer] = []

    def start(**offers: bytes | list[bytes | int]) -> str:
        queue = {
            name: list(one) if isinstance(one, list) else [one] for name, one in offers.items()
        }

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.removeprefix("/offers/v1.0/aws/").partition("/")[0]
                assert self.path.endswith(f"/{name}/current/{REGION}/index.csv")
                answers = queue.get(name, [404])
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if isinstance(answer, int):
                    self.send_error(answer)
                    return
                broken = answer.endswith(b"...")
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer) + (100 if broken else 0)))
                self.end_headers()
                self.wfile.write(answer.removesuffix(b"..."))

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        running.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


EKS = offer(row("MEC1-AmazonEKS-Hours:perCluster", "0.1000000000"))
EC2 = offer(
    machine("m7g.large", "0.1000500000"),
    machine("m7g.xlarge", "0.2001000000"),
    machine("m7g.large", "0.2000000000", **{"Operating System": "Windows"}),
    machine("m7g.large", "0.3000000000", Tenancy="Dedicated"),
    machine("m7g.large", "0.0100000000", TermType="Reserved"),
    machine("m7g.large", "0.0000000000", CapacityStatus="AllocatedCapacityReservation"),
    machine("z1d.large", "0.2000000000"),
    row("MEC1-EBS:VolumeP-Throughput.gp3", "49.5616000000", Unit="GiBps-mo"),
    row("MEC1-LoadBalancerUsage", "0.0300000000", operation="LoadBalancing"),
)


def test_prices_are_those_of_the_list_and_what_is_missing_stays_assumed(folder, serve) -> None:
    missing = refresh.refresh(serve(AmazonEKS=EKS, AmazonEC2=EC2), folder)

    found = {rate.name: rate for rate in rates.read_prices(folder / "prices.csv")}
    assert missing == ["elb/network"]
    assert {name: rate.usd for name, rate in found.items()} == {
        "ebs/gp3-throughput": Decimal("0.0484"),
        "ec2/m7g.large": Decimal("0.10005"),
        "ec2/m7g.xlarge": Decimal("0.2001"),
        "eks/control-plane": Decimal("0.1"),
    }
    assert {str(rate.as_of) for rate in found.values()} == {"2026-11-20"}
    assert found["eks/control-plane"].source.endswith("/AmazonEKS/current/me-central-1/index.csv")


@pytest.mark.parametrize(
    ("offers", "reason"),
    [
        ({"AmazonEKS": EKS}, "AmazonEC2/current/me-central-1/index.csv: answered 404"),
        ({"AmazonEKS": EKS, "AmazonEC2": [503]}, "answered 503"),
        ({"AmazonEKS": EKS, "AmazonEC2": EC2 + b"..."}, "it ended after"),
        ({"AmazonEKS": EKS, "AmazonEC2": b"<html>no prices</html>"}, "this is no price list"),
        ({"AmazonEKS": EKS, "AmazonEC2": offer(machine("m7g.large", "free"))}, "is no price"),
        ({"AmazonEKS": EKS, "AmazonEC2": offer()}, "no longer has ec2/m7g.large"),
    ],
)
def test_a_list_that_is_not_whole_changes_nothing(folder, serve, offers, reason: str) -> None:
    before = (folder / "prices.csv").read_bytes()

    with pytest.raises(refresh.RefreshError, match=reason):
        refresh.refresh(serve(**offers), folder, pause_seconds=0)

    assert (folder / "prices.csv").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["offers.yaml", "prices.csv"]


def test_a_server_that_fails_once_is_asked_again(folder, serve) -> None:
    address = serve(AmazonEKS=EKS, AmazonEC2=[503, EC2 + b"...", EC2])

    refresh.refresh(address, folder, pause_seconds=0)

    assert len(rates.read_prices(folder / "prices.csv")) == 4


def test_a_table_that_cannot_be_written_is_as_it_was(folder, serve, monkeypatch) -> None:
    before = (folder / "prices.csv").read_bytes()

    def full(_file: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(refresh.os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        refresh.refresh(serve(AmazonEKS=EKS, AmazonEC2=EC2), folder)

    assert (folder / "prices.csv").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["offers.yaml", "prices.csv"]


def test_what_the_pack_looks_for_has_the_units_that_it_prices_by() -> None:
    offers = refresh._offers(FOLDER / "offers.yaml")
    tables = rates.load(rates.dt.date(2026, 12, 1))

    for name, wanted in offers.rates.items():
        assert tables.rate(name).unit == wanted.unit, name
    machines = {rate.split("/")[1].split(".")[0] for rate in tables.prices if rate[:4] == "ec2/"}
    assert machines <= set(offers.families)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate,usd\na,1\n", "the columns rate, unit, usd"),
        ("rate,unit,usd,trust,source,as_of\n", "given no row"),
        ("rate,unit,usd,trust,source,as_of\na,hour,0,t,s,\n", "a price above 0"),
        ("rate,unit,usd,trust,source,as_of\na,hour,x,t,s,\n", "given x"),
        ("rate,unit,usd,trust,source,as_of\na,hour,1,t,s,May\n", "given 1, May"),
        ("rate,unit,usd,trust,source,as_of\na,hour,1,t,,\n", "with its source"),
        ("rate,unit,usd,trust,source,as_of\na,hour,1,t,s,\na,hour,2,t,s,\n", "given a;"),
    ],
)
def test_a_faulty_table_is_refused_by_row(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "prices.csv").write_text(text)

    with pytest.raises(rates.TableError, match=reason):
        rates.read_prices(tmp_path / "prices.csv")


@pytest.mark.parametrize("field", ["recorded", "reason", "source"])
def test_an_assumption_without_date_reason_or_source_is_refused(tmp_path: Path, field: str) -> None:
    shutil.copy(FOLDER / "prices.csv", tmp_path)
    document = yaml.safe_load((FOLDER / "assumptions.yaml").read_text())
    del document["rates"]["kms/key"][field]
    (tmp_path / "assumptions.yaml").write_text(yaml.safe_dump(document))

    with pytest.raises(rates.TableError, match=f"kms/key.{field}"):
        rates.load(rates.dt.date(2026, 12, 1), tmp_path)


def test_the_table_of_the_pack_is_sorted_data_with_sources() -> None:
    with (FOLDER / "prices.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) > 100
    assert all(row["trust"] and row["source"] for row in rows)
