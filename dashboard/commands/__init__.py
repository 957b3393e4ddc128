"""The commands of `leadcal`, one subject per module."""
