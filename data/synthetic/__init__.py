"""The synthetic company: a history made from known truths, to hold the program against."""

from data.synthetic.company import CompanySummary, build_company

__all__ = ["CompanySummary", "build_company"]
