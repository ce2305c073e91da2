"""``python -m conclab`` is ``conclab``."""

import sys

from conclab.cli import main

sys.exit(main())
