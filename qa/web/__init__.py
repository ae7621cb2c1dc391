"""The web chat. `qa.web.app` builds and serves the page; importing this package alone is quick.

Gradio reads the variable below when it is imported, so it is set here, before any module of this package can do that.
"""

from __future__ import annotations

import os

# No request may leave the machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
