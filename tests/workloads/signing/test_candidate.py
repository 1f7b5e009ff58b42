"""Every reason not to sign, each naming the file."""

import json
from collections.abc import Callable
from typing import Any

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offered import candidate_files
from onnx import TensorProto, helper
from signed_model import make_model, make_statement, sha256

from app.candidate import Candidate, check
from app.failure import CandidateError

Files = dict[str, bytes]


def candidate(files: Files, variant: str = "wide", version: str = "") -> Candidate:
    """The files as training would offer them: their provenance is always up to date."""
    return Candidate(
        model="delay",
        variant=variant,
        version=version or sha256(files["model.onnx"])[:12],
        files=files,
    )


def with_provenance(files: Files, edit: Callable[[Any], None] = lambda _: None) -> Files:
    statement = make_statement("wide", files)
    edit(statement)
    return files | {"provenance.json": json.dumps(statement).encode()}


def changed(name: str, body: bytes) -> Files:
    return with_provenance(candidate_files("wide", 0.001) | {name: body})


def changed_json(name: str, edit: Callable[[Any], None]) -> Files:
    document = json.loads(candidate_files("wide", 0.001)[name])
    edit(document)
    return changed(name, json.dumps(document).encode())


def test_a_complete_candidate_passes() -> None:
    check(candidate(candidate_files("wide", 0.001)))


@pytest.mark.parametrize("name", ["model.onnx", "contract.json", "metrics.json", "model_card.md"])
def test_bytes_that_differ_from_their_provenance_are_refused(name: str) -> None:
    files = candidate_files("wide", 0.001)
    version = sha256(files["model.onnx"])[:12]
    files[name] += b" "
    if name == "model.onnx":
        version = sha256(files[name])[:12]
    with pytest.raises(CandidateError, match=rf"/{name}: has SHA-256 .*its provenance says"):
        check(candidate(files, version=version))


def test_a_version_that_is_not_the_digest_is_refused() -> None:
    files = candidate_files("wide", 0.001)
    for version in ("0" * 12, sha256(files["model.onnx"])[:11]):
        with pytest.raises(CandidateError, match=r"model\.onnx: has SHA-256 .*must be its first"):
            check(candidate(files, version=version))


def edited(edit: Callable[[Any], None]) -> Files:
    return with_provenance(candidate_files("wide", 0.001), edit)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda s: s.update(_type="x"), "is not a https://in-toto.io/Statement/v1"),
        (lambda s: s.update(predicateType="x"), "is not a https"),
        (lambda s: s.pop("subject"), "lacks 'subject'"),
        (lambda s: s["subject"].pop(), "must be"),
        (lambda s: s["subject"].append({"name": "../x", "digest": {"sha256": "0"}}), "must be"),
        (lambda s: s["predicate"].update(runDetails={}), "lacks 'builder'"),
        (lambda s: s["predicate"].update(runDetails=None), "of a provenance statement"),
        (
            lambda s: s["predicate"]["buildDefinition"].update(resolvedDependencies=[]),
            "does not say which data",
        ),
        (
            lambda s: s["predicate"]["buildDefinition"]["externalParameters"].update(variant="x"),
            "is about variant 'x', not 'wide'",
        ),
    ],
)
def test_a_provenance_that_does_not_say_enough_is_refused(edit: Any, reason: str) -> None:
    with pytest.raises(CandidateError, match=r"provenance\.json: ") as caught:
        check(candidate(edited(edit)))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("parity", "reason"),
    [
        ({"tolerance": 1e-5, "max_abs_difference": 2e-5, "rows": 10000}, "differ by 2e-05"),
        ({"tolerance": 0.5, "max_abs_difference": 0.1, "rows": 10000}, "tolerance 0.5 is not"),
        ({"tolerance": 0, "max_abs_difference": 0, "rows": 10000}, "tolerance 0 is not"),
        ({"tolerance": 1e-5, "max_abs_difference": 0, "rows": 0}, "on 0 rows"),
        ({"tolerance": 1e-5, "max_abs_difference": -1, "rows": 1}, "differ by -1"),
        ({"tolerance": 1e-5, "rows": 1}, "has no number 'max_abs_difference'"),
        ({"tolerance": "1", "max_abs_difference": 0, "rows": 1}, "has no number 'tolerance'"),
        ({"tolerance": 1e-5, "max_abs_difference": float("nan"), "rows": 1}, "has no number"),
        (None, "has no number 'tolerance'"),
    ],
)
def test_parity_outside_the_tolerance_is_refused(parity: Any, reason: str) -> None:
    files = changed_json("contract.json", lambda contract: contract.update(parity=parity))
    with pytest.raises(CandidateError, match=r"contract\.json: ") as caught:
        check(candidate(files))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"pr_auc_difference": {"lower": 0.0}}, "starts at 0, it must start above 0"),
        ({"pr_auc_difference": {"lower": -0.01}}, "does not beat the logistic baseline"),
        ({"pr_auc_difference": {"lower": None}}, "has no number 'lower'"),
        ({"pr_auc_difference": {"lower": True}}, "has no number 'lower'"),
        ({"pr_auc_difference": 0.1}, "has no number 'lower'"),
        ({}, "has no number 'lower'"),
    ],
)
def test_a_network_that_does_not_beat_the_baseline_is_refused(metrics: Any, reason: str) -> None:
    files = changed("metrics.json", json.dumps(metrics).encode())
    with pytest.raises(CandidateError, match=r"metrics\.json: ") as caught:
        check(candidate(files))
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["contract.json", "metrics.json"])
@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{", b"[" * 100_000])
def test_a_document_that_is_not_a_json_object_is_refused(name: str, body: bytes) -> None:
    with pytest.raises(CandidateError, match=f"/{name}: is not "):
        check(candidate(changed(name, body)))


def test_an_empty_model_card_is_refused() -> None:
    with pytest.raises(CandidateError, match=r"model_card\.md: is empty"):
        check(candidate(changed("model_card.md", b" \n")))


def test_a_contract_that_does_not_fit_the_graph_is_refused() -> None:
    def rename(contract: Any) -> None:
        contract["inputs"][0]["name"] = "airline"

    with pytest.raises(CandidateError, match=r"model\.onnx: has inputs .*its contract says"):
        check(candidate(changed_json("contract.json", rename)))
    for value in (None, [{"name": "x"}], ["x"]):
        files = changed_json("contract.json", lambda contract, v=value: contract.update(outputs=v))
        with pytest.raises(CandidateError, match=r"contract\.json: does not list outputs"):
            check(candidate(files))


def test_weights_outside_the_model_file_are_refused() -> None:
    files = changed("model.onnx", make_model(0.001, external=True))
    with pytest.raises(CandidateError, match=r"'slope' lies outside the file, in '\.\./\.\./weigh"):
        check(candidate(files))


def outside() -> TensorProto:
    tensor = TensorProto(name="hidden", data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/hostname"
    return tensor


def hide_in_constant(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=outside()))


def hide_in_branch(model: onnx.ModelProto) -> None:
    node = helper.make_node("Constant", [], ["c"], value=outside())
    branch = helper.make_graph([node], "b", [], [])
    model.graph.node.append(
        helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)
    )


def hide_in_sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add().values.CopyFrom(outside())


def hide_in_function(model: onnx.ModelProto) -> None:
    function = model.functions.add(name="f", domain="d")
    function.node.append(helper.make_node("Constant", [], ["c"], value=outside()))


@pytest.mark.parametrize(
    "hide", [hide_in_constant, hide_in_branch, hide_in_sparse, hide_in_function]
)
def test_weights_outside_the_file_are_found_wherever_they_hide(hide: Any) -> None:
    model = onnx.load_model_from_string(make_model(0.001))
    hide(model)
    files = changed("model.onnx", model.SerializeToString())
    with pytest.raises(CandidateError, match="'hidden' lies outside the file, in '/etc/hostname'"):
        check(candidate(files))


def test_a_graph_that_is_not_valid_is_refused() -> None:
    model = onnx.load_model_from_string(make_model(0.001))
    model.graph.node[0].op_type = "NoSuchOperator"
    model.graph.node[0].domain = ""
    files = changed("model.onnx", model.SerializeToString())
    with pytest.raises(CandidateError, match=r"model\.onnx: is not a valid ONNX model"):
        check(candidate(files))


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_model(body: bytes) -> None:
    with pytest.raises(CandidateError, match=r"model\.onnx: "):
        check(candidate(changed("model.onnx", body)))
