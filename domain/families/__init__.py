"""What is known of a family: which fields there are, who may change them, and how a change is taken."""

from domain.families.fields import FIELDS, Field, NotSound, Rule, Section, change_rules, rules, sound

__all__ = ["FIELDS", "Field", "NotSound", "Rule", "Section", "change_rules", "rules", "sound"]
