"""An `auditor` that writes down how it was called, and leaves behind what it is told to."""

from pathlib import Path

RUN, FLEET = "run", "fleet"

_STUB = """#!/bin/sh
# What a review needs of auditor: the folder of --out with its files, and an exit code.
printf '%s\\n' "$@" >"{calls}/$(date +%s%N)"
command=$1
for argument; do
    [ "${{previous:-}}" != --out ] || out=$argument
    previous=$argument
done
mkdir -p "$out"
case $command in
    run) touch "$out/run.json" ;;
    fleet) touch "$out/fleet.toml" ;;
esac
echo "a line of auditor"
sleep {seconds}
if [ {status} -le 1 ]; then
    case $command in
        run) touch "$out/manifest.sha256"; echo "the summary" >"$out/summary.txt" ;;
    esac
fi
if [ "$command" = fleet ] && [ {status} -le 2 ]; then touch "$out/fleet.json"; fi
exit {status}
"""


class StubAuditor:
    """An executable, and the arguments of every call of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "auditor"
        self._calls = folder / "calls"
        self._calls.mkdir(parents=True)

    def ends_with(self, status: int, *, seconds: float = 0) -> "StubAuditor":
        """From now on: the exit code, and how long a call takes."""
        text = _STUB.format(calls=self._calls, status=status, seconds=seconds)
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(0o755)
        return self

    def cannot_start(self) -> None:
        """From now on: as Python does where a package is missing."""
        self.path.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")

    def calls(self) -> list[list[str]]:
        """The arguments of each call, the first call first."""
        return [
            path.read_text(encoding="utf-8").splitlines() for path in sorted(self._calls.iterdir())
        ]
