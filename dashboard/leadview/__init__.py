"""The parts of the lead page."""
