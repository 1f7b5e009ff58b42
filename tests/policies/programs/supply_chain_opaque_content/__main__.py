"""Resources inside a template, which the plan does not show."""

from tests.policies.programs.compliant import Resource, inside

Resource("aws:cloudformation/stack:Stack", "hidden", inside(), templateBody='{"Resources": {}}')
