"""What the layers show, computed from what was read inside a model."""

from auditor.battery.layers.concluding import conclude_layers as conclude_layers
