"""Bringing files in through the browser: upload, recognise, map, check, decide."""
