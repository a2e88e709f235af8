"""Mentions légales: the structure's legal notice."""

from ui.access import admit_anybody
from ui.house import draw_text

admit_anybody("visitor/legal")
draw_text("text_legal_notice")
