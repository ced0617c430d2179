"""joblib's Dask backend, kept from waiting for ever for a task whose workers keep dying."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from costlint.costmodel.ir.errors import OptionError

_CONNECT_S: Final = 10


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A joblib backend on the scheduler at `host:port`; on the active client for ''.

    A connection that was made here ends with it, and the threads that serve it.

    Raises:
        OptionError: Dask is not installed, or nobody answers.
    """
    try:
        from distributed import Client, get_client
        from joblib._dask import DaskDistributedBackend
    except ImportError as error:
        raise OptionError(
            "the backend dask is not installed (--backend)", fix="pip install distributed"
        ) from error

    class PatientBackend(DaskDistributedBackend):  # type: ignore[misc] # joblib has no types
        """Dask runs a task again when its worker dies, and gives it up after a few deaths.

        joblib never hears of that and waits. Here the lost task ends with its error as a result,
        beside the others.
        """

        def effective_n_jobs(self, n_jobs: int = 1) -> int:
            """Two at least: joblib runs a single job in this process, not on the cluster."""
            return max(2, int(super().effective_n_jobs(n_jobs)))

        async def _collect(self) -> None:
            import asyncio

            while self._continue:
                async for future, result in self.waiting_futures:
                    outcome = [result[1]] if future.status == "error" else result
                    self._results.pop(future).set_result(outcome)
                    self._callbacks.pop(future)(outcome)
                await asyncio.sleep(0.01)

    connect: Any = Client  # it has no types
    try:
        if address:
            client = connect(f"tcp://{address}", timeout=_CONNECT_S, set_as_default=False)
        else:
            client = get_client()
    except (OSError, ValueError) as error:
        raise OptionError(
            f"no Dask scheduler answers at {address!r} (--backend)",
            facts=(str(error),),
            fix="dask scheduler, then dask worker HOST:PORT, then --backend dask://HOST:PORT",
        ) from error
    try:
        yield PatientBackend(client=client)
    finally:
        if address:
            client.close()
