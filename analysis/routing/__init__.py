"""Who takes care of which lead: the handoff rules two departments agreed on, and the leads they miss."""

from analysis.routing.coverage import RoutingCoverage, routing_coverage, routing_leads
from analysis.routing.gaps import Gap
from analysis.routing.library import FILE_NAME, find_routing, list_routing_presets, load_routing
from analysis.routing.model import HandoffRules, RoutingRule
from analysis.routing.parse import RoutingError, parse_routing

__all__ = [
    "FILE_NAME",
    "Gap",
    "HandoffRules",
    "RoutingCoverage",
    "RoutingError",
    "RoutingRule",
    "find_routing",
    "list_routing_presets",
    "load_routing",
    "parse_routing",
    "routing_coverage",
    "routing_leads",
]
