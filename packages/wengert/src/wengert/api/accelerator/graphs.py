"""Floor 7: work that is captured once and put on a stream again as a whole."""

from __future__ import annotations

from typing import Any, ClassVar

from wengert.api.accelerator.devices import accelerator, synchronize
from wengert.api.accelerator.memory import empty_cache
from wengert.api.accelerator.streams import Stream, StreamContext, current_stream

_MODES = ("global", "thread_local", "relaxed")


class CUDAGraph:
    """Work on a device that was captured by `graph`, and that `replay` does again on the same memory.

    Errors: RuntimeError without CUDA. Source: torch.cuda.CUDAGraph.

    >>> if wengert.cuda.is_available():
    ...     x, g = ones(3, device="cuda"), wengert.cuda.CUDAGraph()
    ...     _ = x * 2  # kernels are compiled before the capture
    ...     with wengert.cuda.graph(g):
    ...         y = x * 2
    ...     _ = x.fill_(3.0)
    ...     g.replay()
    ...     assert y.tolist() == [6.0, 6.0, 6.0]
    """

    __slots__ = ("_graph", "_pool", "_stream")

    def __init__(self) -> None:
        accelerator()
        self._graph: Any = None
        self._pool: Any = None
        self._stream: Stream | None = None

    def capture_begin(self, pool: Any = None, capture_error_mode: str = "global") -> None:
        """Capture what is put on the current stream from now on, which may not be the default one."""
        if capture_error_mode not in _MODES:
            raise RuntimeError(
                f"Unknown capture error mode. Expected `global`, `thread_local`, or `relaxed`, got {capture_error_mode}"
            )
        if self._graph is not None or self._stream is not None:
            raise RuntimeError("This CUDAGraph instance already owns a captured graph; reset() it first.")
        found, stream = accelerator(), current_stream()
        if stream.raw == found.default_stream():
            raise RuntimeError("CUDA graphs must be captured on a non-default stream; use `wengert.cuda.graph`.")
        self._pool = found.new_pool() if pool is None else pool
        found.begin_capture(stream.raw, self._pool, capture_error_mode)
        self._stream = stream

    def capture_end(self) -> None:
        """End the capture; then `replay` may be called."""
        if self._stream is None:
            raise RuntimeError("capture_end() called before capture_begin().")
        stream, self._stream = self._stream, None
        self._graph = accelerator().end_capture(stream.raw)

    def replay(self) -> None:
        """Put the captured work on the current stream."""
        if self._graph is None:
            raise RuntimeError("Called CUDAGraph::replay without a preceding successful capture.")
        accelerator().launch(self._graph, current_stream().raw)

    def reset(self) -> None:
        """Forget the captured work."""
        self._graph = self._pool = None

    def pool(self) -> Any:
        """The memory that the graph works in, for the `pool=` of another one."""
        if self._pool is None:
            raise RuntimeError("Called CUDAGraph::pool() without a preceding successful capture.")
        return self._pool


class graph:  # torch's name
    """Capture what is put on `stream` inside the block into `cuda_graph`: nothing runs before `replay`.

    Shapes and addresses are fixed by the capture: new inputs are written into the same tensors (`x.copy_(batch)`), and
    results are found in the tensors that were made inside. A training step is captured after it ran a few times on
    another stream, so that its kernels are compiled; a value may not be read inside. `pool` is what another graph's
    `pool()` or `graph_pool_handle` gave. `capture_error_mode` is taken as torch takes it; a capture is always a relaxed
    one, since memory is got during it. Errors: RuntimeError without CUDA. Source: torch.cuda.graph.

    >>> if wengert.cuda.is_available():
    ...     w = ones(3, device="cuda", requires_grad=True)
    ...     (w * w).sum().backward()  # kernels are compiled before the capture
    ...     w.grad, g = None, wengert.cuda.CUDAGraph()
    ...     with wengert.cuda.graph(g):
    ...         (w * w).sum().backward()
    ...     g.replay()
    ...     assert w.grad.tolist() == [2.0, 2.0, 2.0]
    """

    default_capture_stream: ClassVar[Stream | None] = None

    def __init__(
        self,
        cuda_graph: CUDAGraph,
        pool: Any = None,
        stream: Stream | None = None,
        capture_error_mode: str = "global",
    ) -> None:
        if stream is None:
            cls = type(self)
            stream = cls.default_capture_stream = cls.default_capture_stream or Stream()
        self.cuda_graph, self.pool, self.capture_stream = cuda_graph, pool, stream
        self.capture_error_mode, self.stream_ctx = capture_error_mode, StreamContext(stream)

    def __enter__(self) -> None:
        synchronize()
        empty_cache()
        self.stream_ctx.__enter__()
        try:
            self.cuda_graph.capture_begin(self.pool, self.capture_error_mode)
        except BaseException:
            self.stream_ctx.__exit__()
            raise

    def __exit__(self, *exception: object) -> None:
        try:
            self.cuda_graph.capture_end()
        finally:
            self.stream_ctx.__exit__(*exception)


def graph_pool_handle() -> Any:
    """Memory for the `pool=` of several graphs that are replayed in the order of their captures.

    Errors: RuntimeError without CUDA. Source: torch.cuda.graph_pool_handle.

    >>> if wengert.cuda.is_available():
    ...     assert wengert.cuda.graph_pool_handle() is not None
    """
    return accelerator().new_pool()


def is_current_stream_capturing() -> bool:
    """Whether the current stream is being captured; False without CUDA.

    Source: torch.cuda.is_current_stream_capturing.

    >>> wengert.cuda.is_current_stream_capturing()
    False
    """
    try:
        found = accelerator()
    except RuntimeError:
        return False
    return found.is_capturing(found.current_stream())
