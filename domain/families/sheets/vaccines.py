"""The vaccines that the law asks for before a child is received, by date of birth.

Code de la santé publique L.3111-2, R.3111-2 and R.3111-8: diphtheria, tetanus and poliomyelitis (DTP) for everybody; eleven for those
born from 1 January 2018 (decree 2018-42 of 25 January 2018); meningococci ACWY, in the place of C, and B for those born from July 2023
(decree 2024-694 of 5 July 2024, in force on 1 January 2025). A doctor's certificate of contra-indication stands for them. A child
without one of them is received for three months, within which it is to be given.
"""

from datetime import date

ELEVEN_FROM, ACWY_FROM = date(2018, 1, 1), date(2023, 7, 1)
MONTHS_TO_COMPLY = 3

DTP = "dtp_on"
_ELEVEN = ("whooping_cough_on", "hib_on", "hepatitis_b_on", "pneumococcus_on", "mmr_on")
VACCINES = (DTP, *_ELEVEN, "meningococcus_c_on", "meningococcus_acwy_on", "meningococcus_b_on")
"""Each is the day of the last dose."""


def compulsory(born_on: date) -> tuple[str, ...]:
    """The vaccines that the law asks of a child born on a day."""
    if born_on < ELEVEN_FROM:
        return (DTP,)
    if born_on < ACWY_FROM:
        return (DTP, *_ELEVEN, "meningococcus_c_on")
    return (DTP, *_ELEVEN, "meningococcus_acwy_on", "meningococcus_b_on")
