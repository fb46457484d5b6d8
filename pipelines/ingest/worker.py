"""The process of one Beam worker: Beam's own, without its chatter.

What goes wrong still reaches the run: an error is above the level that is silenced here.
"""

from __future__ import annotations

import logging
import sys

if __name__ == "__main__":
    logging.disable(logging.WARNING)
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)
