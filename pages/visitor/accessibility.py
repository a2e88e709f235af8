"""Accessibilité: the structure's accessibility statement (RGAA 4.1)."""

from ui.access import admit_anybody
from ui.house import draw_text

admit_anybody("visitor/accessibility")
draw_text("text_accessibility")
