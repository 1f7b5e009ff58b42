"""The AI services opt-out policy: nothing learns from our data."""

from policies.layers.language import Document


def no_training() -> Document:
    """Opts every account out of AI services that keep content or learn from it, for good.

    AWS may otherwise store it in other regions. Accounts below cannot opt in again.
    """
    fixed = {"@@operators_allowed_for_child_policies": ["@@none"]}
    return {
        "services": {
            **fixed,
            "default": {**fixed, "opt_out_policy": {**fixed, "@@assign": "optOut"}},
        }
    }
