"""Train LoRA adapters that are to lessen a bias; the only place that changes what a model knows."""
