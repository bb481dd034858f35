"""What the product costs, measured on events that it makes itself."""

import sys
from pathlib import Path

# Scripts in plugins/ import each other by their bare names, and helpers of the tests do so too.
sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
