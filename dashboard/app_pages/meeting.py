"""Meeting: what do we decide today, and was the last promise kept?"""

from __future__ import annotations

from dashboard import controls
from dashboard.meeting import page

page.draw(controls.say())
