"""The charts of a review, whatever it compares. Pure."""

from auditor.reporting.comparison.agreement_chart import AgreementChart
from auditor.reporting.history.trend_chart import TrendChart
from auditor.reporting.reviews.size_chart import SizeChart

ReviewChart = SizeChart | TrendChart | AgreementChart
