"""What the tests on the X Education file share; the file is public, and no part of the project."""

SCORE = """
id = "asymmetrique"
version = 1
kind = "score"
scorer = "Asymmetrique"
axis = ["engagement", "fit"]
low = 18
high = 38
threshold = 34
[[band]]
name = "High"
threshold = 34
[[band]]
name = "Low"
"""
"""The score that was bought, on both axes; a ruleset of another tool."""
