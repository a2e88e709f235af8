"""Confidentialité: what is kept of people, why, for how long, and their rights."""

from ui.access import admit_anybody
from ui.house import draw_text

admit_anybody("visitor/privacy")
draw_text("text_privacy")
