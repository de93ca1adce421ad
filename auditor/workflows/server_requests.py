"""What can be asked of a model behind a server, and what needs the weights themselves."""

from auditor.core.layer_results import LayersMissing
from auditor.errors import ModelNotLoaded
from auditor.workflows.audit_request import AuditRequest

BEHIND_SERVER = LayersMissing(
    kind="not-possible",
    because="The model ran behind a server, where its layers cannot be reached.",
)


def refuse_for_server(request: AuditRequest) -> None:
    """Options that mean weights which are not here, or a server where none is meant.

    Raises:
        ModelNotLoaded: The request holds both.
    """
    if request.backend != "server":
        if request.server is not None:
            raise ModelNotLoaded(
                "--url, --api-key-env, --concurrency and --chat-template are about a model behind "
                "a server: add --backend server, or leave them out."
            )
        return
    if request.server is None or not request.server.url:
        raise ModelNotLoaded("--backend server needs --url, as in http://localhost:8000/v1.")
    for option, is_given in {
        "--adapter": request.adapter is not None,
        "--base": request.base is not None,
        "--fix": request.fix is not None,
        "--layers-at": request.layers_at is not None,
        "--dtype": request.dtype != "auto",
        "--gpu-layers": request.n_gpu_layers != 0,
    }.items():
        if is_given:
            raise ModelNotLoaded(
                f"{option} needs the weights, and with --backend server they are elsewhere: leave "
                "it out, or audit the file itself."
            )
