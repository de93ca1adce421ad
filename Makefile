# Everything is installed into .venv in this checkout; nothing else is needed but Python 3.11+.
# `make report` and `make test` each work alone, from a clean clone. CMAKE_ARGS reaches the build
# of llama.cpp (as in CMAKE_ARGS="-DGGML_CUDA=on"); NO_APT=1 keeps apt-get out of it.

.PHONY: help report test lint setup setup-dev clean

help:
	@echo "make report   set up, then audit the demo model: reports/demo/report.pdf"
	@echo "make test     set up with the development tools, then every check and test, as CI does"
	@echo "make lint     formatting, lint, types and layers alone"
	@echo "make setup    .venv with auditor and the demo model"
	@echo "make clean    remove .venv, caches and builds (reports stay)"

report: setup
	@sh .ci/demo-report

test: setup-dev
	@bash .ci/checks

lint: setup-dev
	@bash .ci/checks lint

setup:
	@python=$$(sh .ci/find-python) && "$$python" .ci/setup.py

setup-dev:
	@python=$$(sh .ci/find-python) && "$$python" .ci/setup.py --dev

clean:
	rm -rf .venv .venv-verapdf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .benchmarks .import_linter_cache
	find auditor tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
