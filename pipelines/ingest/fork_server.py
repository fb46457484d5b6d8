"""Beam's workers as forks of one process that has imported everything already.

Beam itself starts a new interpreter for each worker, and only once it is to have work: a second of
every night, and another second of processor time for each further worker.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, Self

from apache_beam.runners.portability.fn_api_runner.worker_handlers import (
    GrpcWorkerHandler,
    WorkerHandler,
)
from apache_beam.transforms.environments import Environment, python_sdk_capabilities
from google.protobuf import json_format, text_format

from pipelines.ingest.worker import fork_server_command

if TYPE_CHECKING:
    from pipelines.home import Home

# What a worker frees after a block it needs for the next; given back to the system, each page of
# it would be asked for and wiped anew. The names are those of the C library and of Arrow. NumPy
# would start threads for what nobody here asks of it, and they wait by counting.
_OF_WORKERS = {
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
}
FORKED_WORKER = "plumbline:env:forked_worker:v1"


class ForkServer:
    """The process that workers are forked from, while its context is open; they end with it."""

    def __init__(self, home: Home) -> None:
        self._command = fork_server_command(home)

    def __enter__(self) -> Self:
        """Start the process; it reads no line before it is ready to fork."""
        reading, self._pipe = os.pipe()
        environment = {**os.environ, **_OF_WORKERS}
        self._process = subprocess.Popen(self._command, stdin=reading, env=environment)  # noqa: S603  # ours
        os.close(reading)
        self._is_asked = False
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up, and wait until the workers are gone."""
        os.close(self._pipe)
        if not self._is_asked:
            self._process.kill()
        self._process.wait()

    def environment(self) -> Environment:
        """Return the environment of Beam in which every worker is a fork of the process."""
        self._is_asked = True
        return _ForkedEnvironment(self._pipe)


class _ForkedEnvironment(Environment):
    """Names the pipe by which workers are asked for."""

    def __init__(self, pipe: int) -> None:
        super().__init__(capabilities=python_sdk_capabilities())
        self._pipe = pipe

    def to_runner_api_parameter(self, _: Any) -> tuple[str, bytes]:
        return FORKED_WORKER, str(self._pipe).encode()


@WorkerHandler.register_environment(FORKED_WORKER, bytes)
class _ForkedWorkerHandler(GrpcWorkerHandler):
    """Asks for a worker; it ends with the fork server."""

    def __init__(self, pipe: bytes, *services: Any) -> None:
        super().__init__(*services)
        self._pipe = int(pipe)

    def start_worker(self) -> None:
        options = self.provision_info.provision_info.pipeline_options
        environment = {
            "WORKER_ID": self.worker_id,
            "PIPELINE_OPTIONS": json_format.MessageToJson(options),
            "CONTROL_API_SERVICE_DESCRIPTOR": _written(self.control_api_service_descriptor()),
            "LOGGING_API_SERVICE_DESCRIPTOR": _written(self.logging_api_service_descriptor()),
        }
        os.write(self._pipe, json.dumps(environment).encode() + b"\n")

    def stop_worker(self) -> None:
        """Leave it to the fork server."""


def _written(service: Any) -> str:
    return str(text_format.MessageToString(service))
