"""Serves the rules to the Pulumi engine by its analyzer protocol.

The SDK's own server reads every resource anew for each rule, and reports a rule that trips over an
unknown value as advice. This one reads each resource once for all rules, and whatever it reports
is mandatory: no setting makes it less.
"""

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, Final

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as protocol
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerServicer, add_AnalyzerServicer_to_server
from pulumi.runtime.proto.plugin_pb2 import PluginInfo
from pulumi_policy import Severity

from policies import guards
from policies.judging import Declared, Rule, StackRule, found, told
from policies.previews import Previews
from policies.verdicts import Clock, Hearing, Verdict, today
from policies.waiving import WAIVERS, Waiver
from policies.wire import declared, sources

NAME: Final = "mizan"
# The protocol asks for a version; the engine shows the one that PulumiPolicy.yaml states.
_VERSION: Final = "0.0.1"
_ADDRESS: Final = "127.0.0.1:0"
_UNLIMITED: Final = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]
_THREADS: Final = 4
_SEVERITIES: Final = {
    Severity.LOW: protocol.POLICY_SEVERITY_LOW,
    Severity.MEDIUM: protocol.POLICY_SEVERITY_MEDIUM,
    Severity.HIGH: protocol.POLICY_SEVERITY_HIGH,
    Severity.CRITICAL: protocol.POLICY_SEVERITY_CRITICAL,
}


class Analyzer(AnalyzerServicer):
    """The pack as the engine asks it: each resource as it is declared, then all of them."""

    def __init__(
        self,
        rules: Iterable[Rule],
        waivers: Iterable[Waiver] = WAIVERS,
        clock: Clock = today,
        previews: Previews | None = None,
    ) -> None:
        """Makes the pack ready to be asked.

        Args:
            rules: All rules of the pack.
            waivers: May excuse what the rules find.
            clock: Says what day it is.
            previews: Receipts of what previews judged.
        """
        rules = list(rules)
        self._previews = previews or Previews()
        self._previewed = guards.previewed(self._previews.judge)
        self._hearing = Hearing(rules, waivers, clock)
        self._rules = [*rules, self._hearing.guard, self._previewed]
        self._sound = True
        self._declared: dict[str, Declared] = {}

    def GetAnalyzerInfo(self, _request: Empty, _context: Any) -> protocol.AnalyzerInfo:
        # Without support for a config the engine refuses one, so that no rule can be turned down.
        return protocol.AnalyzerInfo(
            name=NAME,
            version=_VERSION,
            supportsConfig=False,
            policies=[_described(rule) for rule in self._rules],
        )

    def GetPluginInfo(self, _request: Empty, _context: Any) -> PluginInfo:
        return PluginInfo(version=_VERSION)

    def Handshake(self, _request: Any, _context: Any) -> protocol.AnalyzerHandshakeResponse:
        return protocol.AnalyzerHandshakeResponse()

    def ConfigureStack(
        self, request: protocol.AnalyzerStackConfigureRequest, _context: Any
    ) -> protocol.AnalyzerStackConfigureResponse:
        """Learns whether this is a preview or an update; an analysis of a state is neither."""
        self._previews.begin(
            request.organization, request.project, request.stack, dry_run=request.dry_run
        )
        return protocol.AnalyzerStackConfigureResponse()

    def Configure(self, _request: Any, _context: Any) -> Empty:
        return Empty()

    def Cancel(self, _request: Empty, _context: Any) -> Empty:
        return Empty()

    def Remediate(self, _request: Any, _context: Any) -> protocol.RemediateResponse:
        return protocol.RemediateResponse()

    def Analyze(self, request: protocol.AnalyzeRequest, _context: Any) -> protocol.AnalyzeResponse:
        """Judges one resource, before it is made or changed."""
        resource = declared(request)
        self._declared[resource.urn] = resource
        return self._answer(chain(self._unseen(resource), self._hearing.of(resource)))

    def AnalyzeStack(
        self, request: protocol.AnalyzeStackRequest, _context: Any
    ) -> protocol.AnalyzeResponse:
        """Judges all resources together, at the end of a preview and of an update."""
        resources = [self._in_stack(resource) for resource in request.resources]
        answer = self._answer(self._hearing.together(resources))
        if self._sound:
            self._previews.passed(resources)
        else:
            self._previews.failed()
        return answer

    def _unseen(self, resource: Declared) -> Iterator[tuple[Rule, Verdict]]:
        rule = self._previewed
        for finding in found(partial(rule.judge, resource)):
            yield rule, Verdict(rule=rule.name, urn=resource.urn, finding=finding)

    def _answer(self, verdicts: Iterable[tuple[Rule, Verdict]]) -> protocol.AnalyzeResponse:
        diagnostics = [
            _diagnostic(rule, verdict) for rule, verdict in verdicts if verdict.waiver is None
        ]
        self._sound &= not diagnostics
        return protocol.AnalyzeResponse(diagnostics=diagnostics)

    def _in_stack(self, resource: protocol.AnalyzerResource) -> Declared:
        # The engine shows the outputs of a resource here, which are empty while its provider is not
        # configured yet. What was declared was seen a moment before.
        seen = self._declared.get(resource.urn)
        derived_from = sources(resource)
        if seen is None or seen.type != resource.type:
            return replace(declared(resource), derived_from=derived_from)
        now = replace(seen, derived_from=derived_from)
        now.__dict__.update({**seen.__dict__, "derived_from": derived_from})  # walked once for all
        return now


def serve(rules: Iterable[Rule]) -> None:
    """Serves until the engine ends the process; says the port first, as the engine expects."""
    server = grpc.server(ThreadPoolExecutor(max_workers=_THREADS), options=_UNLIMITED)
    add_AnalyzerServicer_to_server(Analyzer(rules), server)
    port = server.add_insecure_port(_ADDRESS)
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


def _described(rule: Rule) -> protocol.PolicyInfo:
    of_stack = isinstance(rule, StackRule)
    return protocol.PolicyInfo(
        name=rule.name,
        description=rule.description,
        enforcementLevel=protocol.MANDATORY,
        policy_type=protocol.POLICY_TYPE_STACK if of_stack else protocol.POLICY_TYPE_RESOURCE,
        severity=_severity(rule),
        remediation_steps=rule.remediation_steps or "",
    )


def _diagnostic(rule: Rule, verdict: Verdict) -> protocol.AnalyzeDiagnostic:
    said = told(verdict.finding, verdict.urn, rule.remediation_steps or "")
    return protocol.AnalyzeDiagnostic(
        policyName=rule.name,
        policyPackName=NAME,
        policyPackVersion=_VERSION,
        description=rule.description,
        message=f"{rule.description}\n{said}",
        enforcementLevel=protocol.MANDATORY,
        severity=_severity(rule),
        urn=verdict.urn or "",
    )


def _severity(rule: Rule) -> Any:
    return _SEVERITIES[rule.severity] if rule.severity else protocol.POLICY_SEVERITY_UNSPECIFIED
