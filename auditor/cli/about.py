"""`auditor about`."""

import click


@click.command()
def about() -> None:
    """Print an empty audit file: every field that your organisation can declare.

    Fill it in and give it to `auditor run` or `auditor report` with --about. What is declared is
    printed as declared and not verified; what stays empty stays a box to complete.

    \b
    Example:
        auditor about > about.yaml
    """
    from auditor.prompt_library.about_template import about_template
    from auditor.prompt_library.standards import load_crosswalk

    click.echo(about_template(load_crosswalk()), nl=False)
