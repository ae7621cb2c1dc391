"""Ctrl-C: the first one stops the work in an orderly way, a second one ends the process at once."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

STOPPED = 130  # 128 and the number of SIGINT, as shells have it
_SHOW_CURSOR = b"\x1b[?25h"


class _Interrupts:
    """What became of Ctrl-C in this process. Nothing is done before `watch` is called."""

    def __init__(self) -> None:
        self.came = False

    def watch(self) -> None:
        """Answer Ctrl-C, unless whoever started the process wants it ignored (as `nohup` does)."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._answer)

    def ignore_from_now_on(self, code: int) -> None:
        """The work is done: a late Ctrl-C just ends the process, with the exit code that it has earned."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, lambda *_: os._exit(code))

    def _answer(self, _signal: int, _frame: FrameType | None) -> None:
        if self.came:
            # A progress bar may have hidden the cursor. What was committed is safe whenever the process ends.
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            os._exit(STOPPED)
        self.came = True
        raise KeyboardInterrupt


INTERRUPTS = _Interrupts()
