"""Invented people and places: common first names, surnames made up for the purpose, numbers reserved for fiction."""

import unicodedata
from typing import Any

import numpy as np


def _words(text: str, between: str | None = None) -> list[str]:
    return text.split(between)


GIRLS = _words(
    "Alice Ambre Anaïs Apolline Assia Camille Capucine Céleste Chloé Clémence Élise Éloïse Emma Fatou Flora Inès Jade Jeanne Julie "
    "Juliette Léa Léna Lily Lina Lola Louise Lucie Maëlys Manon Margaux Mathilde Mila Nina Noémie Nour Olivia Rose Salomé Sarah "
    "Sofia Yasmine Zoé"
)
BOYS = _words(
    "Adam Adrien Antoine Arthur Axel Basile Côme Elias Enzo Ethan Gabin Gabriel Gaspard Hugo Ilyès Isaac Jules Kylian Léo Liam Lucas "
    "Louis Maël Malo Marius Martin Mathis Mohamed Nathan Noah Noé Oscar Paul Raphaël Rayan Robin Sacha Samuel Simon Théo Tom Victor "
    "Yanis"
)
MOTHERS = _words(
    "Aïcha Amandine Anne Audrey Aurélie Caroline Cécile Céline Charlotte Claudine Delphine Élodie Émilie Estelle Fanny Farida "
    "Florence Gaëlle Hélène Isabelle Jennifer Julie Karine Laetitia Laura Laurence Linda Marie Marine Mélanie Nadia Nathalie Ophélie "
    "Pauline Rachida Sabrina Samira Sandrine Sophie Stéphanie Sylvie Valérie Vanessa Virginie"
)
FATHERS = _words(
    "Alexandre Amine Anthony Arnaud Benoît Cédric Christophe Damien David Dominique Éric Fabien Franck Frédéric Grégory Guillaume "
    "Jérôme Jonathan Julien Karim Kévin Laurent Ludovic Marc Mathieu Mickaël Mehdi Nicolas Olivier Pascal Philippe Pierre Rachid "
    "Rémi Romain Sébastien Stéphane Sylvain Thomas Vincent Xavier Yann Youssef"
)
_FRONT = _words(
    "Bois Chante Clair Combe Cour Crète Dau Fer Fontan Gar Gran Haute Jolia Lan Mar Mont Noise Ormes Pré Quer Roche Saul Tilla Val Verne"
)
_BACK = _words("bray cy dorge dier fleur gny grain lac lier lune mare moulin nac net pin quier rive san taine tier velle ville von zac")
SURNAMES = [front + back for front in _FRONT for back in _BACK]
STREETS = _words(
    "rue des Lilas|rue du Moulin|rue de la Mairie|rue des Écoles|rue du Marais|rue de l'Avre|chemin de la Luce|rue de la Noye|"
    "place de l'Église|rue du Bois|rue des Tilleuls|impasse des Roses|rue de la Gare|allée des Peupliers|rue du Château d'Eau|"
    "rue des Jardins|rue Haute|rue Basse",
    "|",
)
FLOWERS = _words(
    "Coquelicots Bleuets Églantines Marguerites Capucines Lilas Jonquilles Tournesols Violettes Primevères Glycines Pervenches Iris "
    "Genêts Bruyères Campanules Myosotis Anémones"
)
PICKUPS = ("Grand-mère", "Grand-père", "Tante", "Oncle", "Voisine", "Assistante maternelle", "Sœur majeure", "Ami de la famille")


def plain(text: str) -> str:
    """Accent-free small letters, as `search_name` keeps them."""
    small = text.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def pick(rng: np.random.Generator, words: Any, count: int) -> Any:
    """A column of `count` words drawn from a list."""
    return np.array(words, dtype=object)[rng.integers(0, len(words), count)]


def mobiles(numbers: Any) -> list[str]:
    """Mobile numbers reserved for fiction (06 39 98 xx xx), written as the house keeps them; families' repeat after 9,700."""
    return [f"063998{number % 9_700:04d}" for number in numbers]


def spare_mobiles(numbers: Any) -> list[str]:
    """Up to 300 mobile numbers reserved for fiction that no family of the town has."""
    return [f"063998{9_700 + number % 300:04d}" for number in numbers]


def landlines(numbers: Any) -> list[str]:
    """Landline numbers reserved for fiction (03 53 01 xx xx)."""
    return [f"035301{number % 10_000:04d}" for number in numbers]
