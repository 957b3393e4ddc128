"""The parts of the points page: the sheet of points, its consequences, proposals, and drafts."""
