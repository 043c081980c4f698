"""What all tests share: the width of tables is that of a file, whoever runs them."""

from __future__ import annotations

import os

os.environ.pop("COLUMNS", None)  # the runner's terminal is not the program's
