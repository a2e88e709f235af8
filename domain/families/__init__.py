"""What is known of a family: which fields there are, who may change them, and how a change is taken."""

from domain.families.fields import FIELDS, NEEDED, Field, FieldNeeded, NotSound, Rule, Section, change_rules, rules, sound, to_begin

__all__ = ["FIELDS", "NEEDED", "Field", "FieldNeeded", "NotSound", "Rule", "Section", "change_rules", "rules", "sound", "to_begin"]
