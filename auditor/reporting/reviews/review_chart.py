"""The charts of a review, whatever it compares. Pure."""

from auditor.reporting.reviews.size_chart import SizeChart

ReviewChart = SizeChart
