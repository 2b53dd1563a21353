from __future__ import annotations

from hypothesis import settings

# A busy machine is slow at times; how long an example takes says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
