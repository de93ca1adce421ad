"""Options and parameter types that several commands share."""

from pathlib import Path

import click

FILE = click.Path(path_type=Path)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one JSON object."
)
pdf_option = click.option(
    "--pdf/--no-pdf", "wants_pdf", default=True, help="Whether to make the PDF.", show_default=True
)
policy_option = click.option(
    "--policy",
    type=FILE,
    default=None,
    metavar="FILE",
    help="YAML file with the limits; the shipped default without it.",
)
base_option = click.option(
    "--base",
    default=None,
    metavar="MODEL",
    help="The model before alignment: its layers are read too, and the difference is drawn.",
)
layers_at_option = click.option(
    "--layers-at",
    default=None,
    metavar="NAME",
    help="Where the decoder blocks are in the network, as in model.layers; found by itself else.",
)
adapter_option = click.option(
    "--adapter",
    type=FILE,
    default=None,
    metavar="PATH",
    help="A LoRA adapter put onto MODEL: a PEFT folder or a GGUF adapter file.",
)
