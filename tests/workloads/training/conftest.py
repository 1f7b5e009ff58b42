import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "workloads" / "training"))

from app.architecture import Architecture

SAMPLE = Path(__file__).with_name("flights-sample.parquet")
SMALL = Architecture(
    hidden=(16, 8),
    embedding=4,
    dropout=0.1,
    members=2,
    learning_rate=1e-2,
    weight_decay=1e-2,
    shrinkage=1e-4,
)
