"""The JSON schema: up to date, explains every field, and agrees with the model."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml

import environments
from environments import names, schema
from environments.section import Section

ROOT = Path(environments.__file__).parent


def test_the_schema_in_the_repository_is_the_one_of_the_model() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.schema(), (
        "run `python -m environments.schema`"
    )


@pytest.mark.parametrize("name", names())
def test_every_environment_satisfies_the_schema(name: str) -> None:
    data = yaml.safe_load((ROOT / name / "environment.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(data, json.loads(schema.FILE.read_text(encoding="utf-8")))


def test_the_schema_refuses_an_unknown_key_and_a_wrong_type() -> None:
    data = yaml.safe_load((ROOT / "smb" / "environment.yaml").read_text(encoding="utf-8"))
    document = json.loads(schema.schema())
    for change in ({"extra": 1}, {"monthly_budget_usd": "5"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**data, **change}, document)


def _fields(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    sections = {"Environment": document, **document["$defs"]}
    return [
        (f"{section}.{field}", content)
        for section, body in sections.items()
        for field, content in body.get("properties", {}).items()
    ]


def test_every_field_has_a_title_and_a_description() -> None:
    written = {"Environment", *json.loads(schema.schema())["$defs"]}
    sections = [section for section in Section.__subclasses__() if section.__name__ in written]
    assert len(sections) > 15
    for section in sections:
        for name, field in section.model_fields.items():
            assert field.title, (section, name)
            assert field.description, (section, name)


def test_every_number_has_a_unit() -> None:
    numbers = 0
    for name, content in _fields(json.loads(schema.schema())):
        inner = [content, content.get("items", {}), *content.get("patternProperties", {}).values()]
        for value in inner:
            if value.get("type") in ("integer", "number"):
                numbers += 1
                assert value.get("unit"), name
    assert numbers > 20


def test_every_section_is_closed_and_explained() -> None:
    for name, body in json.loads(schema.schema())["$defs"].items():
        assert body.get("description"), name
        if body["type"] == "object":
            assert body["additionalProperties"] is False, name


def test_check_tells_whether_the_file_is_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "schema.json"
    assert schema.main(["--check"], file) == 1
    assert "python -m environments.schema" in capsys.readouterr().err
    assert schema.main([], file) == 0
    assert schema.main(["--check"], file) == 0
    file.write_text(file.read_text().replace("Owner", "Boss"))
    assert schema.main(["--check"], file) == 1


def test_the_command_checks_the_repository() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "environments.schema", "--check"],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "environments/schema.json is up to date\n")
