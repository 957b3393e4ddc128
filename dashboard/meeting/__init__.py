"""The parts of the meeting page: agenda, decisions, promises kept and broken, and how to run it."""
