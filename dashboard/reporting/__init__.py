"""The report of the calibration meeting: one content, as a page to print and as slides to edit."""
