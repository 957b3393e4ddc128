"""What the calibration meeting agrees on, and whether it kept its promise."""

from __future__ import annotations
