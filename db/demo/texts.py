"""The structure's own words: its settings and the texts that families read. All invented."""

from typing import Any

NAME = "Communauté de communes Avre Luce Noye – service enfance-jeunesse"

_LEGAL = {
    "fr": "Site de démonstration. Éditeur fictif : service enfance-jeunesse de la communauté de communes, 1 place de la Démonstration, "
    "80110 Moreuil, 03 53 01 00 00. Hébergement fictif. Aucune donnée de ce site ne concerne une personne réelle.",
    "en": "Demonstration site. Fictional publisher: children's and youth service of the community of communes, 1 place de la "
    "Démonstration, 80110 Moreuil, 03 53 01 00 00. Fictional hosting. Nothing on this site is about a real person.",
}
_PRIVACY = {
    "fr": "Texte fictif. Les renseignements demandés servent à inscrire et à accueillir les enfants (mission d'intérêt public). Ils sont "
    "gardés trois ans après le départ de l'enfant, les factures dix ans. Vous pouvez les consulter, les faire corriger ou vous opposer à "
    "leur usage auprès de delegue@demo.example.",
    "en": "Fictional text. What is asked serves to register and look after the children (public-service mission). It is kept for three "
    "years after the child has left, invoices for ten. You may consult it, have it corrected or object to its use: delegue@demo.example.",
}
_ACCESSIBILITY = {
    "fr": "Texte fictif. Ce service vise la conformité au RGAA ; il n'a pas été audité. Un obstacle peut être signalé à "
    "accessibilite@demo.example, puis au Défenseur des droits.",
    "en": "Fictional text. This service aims at conformity with the RGAA; it has not been audited. An obstacle may be told to "
    "accessibilite@demo.example, then to the Défenseur des droits.",
}

# Children per adult: code de l'action sociale et des familles, R.227-15 (extrascolaire) and R.227-16 (périscolaire).
_RATIOS = [
    {"kind": "extrascolaire", "pedt": False, "long_day": True, "under_six": 8, "six_and_over": 12},
    {"kind": "extrascolaire", "pedt": False, "long_day": False, "under_six": 8, "six_and_over": 12},
    {"kind": "periscolaire", "pedt": False, "long_day": True, "under_six": 8, "six_and_over": 12},
    {"kind": "periscolaire", "pedt": False, "long_day": False, "under_six": 10, "six_and_over": 14},
    {"kind": "periscolaire", "pedt": True, "long_day": True, "under_six": 10, "six_and_over": 14},
    {"kind": "periscolaire", "pedt": True, "long_day": False, "under_six": 14, "six_and_over": 18},
]

SETTINGS: dict[str, Any] = {
    "name": NAME,
    "contact_email": "enfance@demo.example",
    "contact_phone": "03 53 01 00 00",
    "capacity_thresholds": {"tight": 0.8, "full": 1.0},
    "staffing_ratios": _RATIOS,
    "text_legal_notice": _LEGAL,
    "text_privacy": _PRIVACY,
    "text_accessibility": _ACCESSIBILITY,
}

_NOTICE = {
    "fr": "J'ai lu comment mes données sont utilisées pour l'inscription et l'accueil de mes enfants.",
    "en": "I have read how my data are used to register and look after my children.",
}
_PHOTO = {
    "fr": "J'accepte que des photographies de mes enfants illustrent les journaux de la structure.",
    "en": "I agree that photographs of my children appear in the structure's newsletters.",
}
_NEWSLETTER = {"fr": "Je souhaite recevoir la lettre du service.", "en": "I wish to receive the service's newsletter."}

CONSENTS: list[dict[str, Any]] = [
    {"kind": kind, "language": language, "version": 1, "body": body}
    for kind, bodies in (("notice", _NOTICE), ("photo", _PHOTO), ("newsletter", _NEWSLETTER))
    for language, body in bodies.items()
]
# The ids that the French texts get, in the order above.
NOTICE_ID, PHOTO_ID, NEWSLETTER_ID = 1, 3, 5

NEWS = [
    (
        "Les réservations des vacances sont ouvertes",
        "Réservez vos journées dans « Mes réservations ». Les délais sont rappelés sur chaque jour fermé.",
    ),
    ("Fiches sanitaires", "Pensez à vérifier la fiche sanitaire de vos enfants : sans elle, la réservation n'est pas possible."),
    ("Sortie au parc", "Les enfants du mercredi partiront au parc avec un pique-nique. Prévoir de bonnes chaussures."),
    ("Nouveaux horaires du CAJ", "Le centre d'animation jeunesse ouvre désormais jusqu'à 18 h 30."),
]
SUBJECTS = [
    ("Question sur une facture", "Bonjour, je ne comprends pas la ligne du repas sur ma dernière facture. Pouvez-vous m'expliquer ?"),
    ("Allergie à signaler", "Bonjour, mon enfant doit éviter les arachides. Faut-il remplir un nouveau document ?"),
    ("Retard ce soir", "Bonjour, je serai en retard d'un quart d'heure ce soir, le train est annoncé en retard."),
    ("Changement d'adresse", "Bonjour, nous avons déménagé. Où puis-je envoyer le justificatif ?"),
    ("Inscription aux vacances", "Bonjour, reste-t-il des places pour la première semaine des vacances ?"),
    ("Vélo oublié", "Bonjour, le vélo de mon fils est resté au centre hier. Pouvons-nous passer le reprendre ?"),
]
ANSWER = "Bonjour, merci de votre message. Nous regardons et revenons vers vous rapidement. Bien cordialement, le service enfance-jeunesse."
