// Mends what Streamlit's page cannot be told by options: its English words, its one-key shortcuts, and what a reconnection leaves stale.
const FRENCH = {
  "Navigate to home page": "Aller à l’accueil",
  "App pages": "Écrans",
  "Sidebar": "Menu",
  "Skip to main content": "Aller au contenu",
  "Page not found": "Page introuvable",
  "Open sidebar": "Ouvrir le menu",
  "Close sidebar": "Fermer le menu",
  "Expand sidebar": "Ouvrir le menu",
  "Collapse sidebar": "Fermer le menu",
  "Press Enter to apply": "Entrée pour valider",
  "Press Enter to submit form": "Entrée pour envoyer",
  "Press ⌘+Enter to apply": "⌘ + Entrée pour valider",
  "Press Ctrl+Enter to apply": "Ctrl + Entrée pour valider",
  "Show password text": "Montrer le mot de passe",
  "Hide password text": "Cacher le mot de passe",
  "Show password": "Montrer le mot de passe",
  "Hide password": "Cacher le mot de passe",
  "Link to heading": "Lien vers ce titre",
  "Choose options": "Choisir",
  "Choose an option": "Choisir",
  "Select options": "Choisir",
  "Select all": "Tout choisir",
  "Deselect all": "Ne rien choisir",
  "Clear all": "Tout effacer",
  "Clear value": "Effacer",
  "No results": "Aucun résultat",
  "No options to select.": "Rien à choisir",
  "No options to select": "Rien à choisir",
  "Search": "Rechercher",
  "Search...": "Rechercher…",
  "Type to search": "Taper pour chercher",
  "Download": "Télécharger",
  "Download as CSV": "Télécharger en CSV",
  "Download as SVG": "Télécharger en SVG",
  "Download as PNG": "Télécharger en PNG",
  "Fullscreen": "Plein écran",
  "Close fullscreen": "Quitter le plein écran",
  "Exit fullscreen": "Quitter le plein écran",
  "View fullscreen": "Plein écran",
  "Show/hide columns": "Choisir les colonnes",
  "Show or hide columns": "Choisir les colonnes",
  "Column visibility": "Colonnes montrées",
  "Close": "Fermer",
  "Close dialog": "Fermer",
  "Dismiss": "Fermer",
  "Upload": "Choisir un fichier",
  "Add files": "Ajouter un fichier",
  "Drag and drop a file here": "Déposer un fichier ici",
  "Drag and drop files here": "Déposer des fichiers ici",
  "Click to retry upload": "Essayer encore d’envoyer ce fichier",
  "file upload": "Fichiers à envoyer",
  "Upload failed": "Le fichier n’est pas arrivé",
  "Unexpected error. Please try again.": "Le fichier n’est pas arrivé. Veuillez réessayer.",
  "Only one file is allowed.": "Un seul fichier est possible.",
  "Running...": "Un instant…",
  "Stop": "Arrêter",
  "Connecting": "Connexion…",
  "Please wait...": "Un instant…",
  "Select date": "Choisir une date",
  "Choose date": "Choisir une date",
  "Select a date": "Choisir une date",
  "Previous month.": "Mois précédent",
  "Next month.": "Mois suivant",
  "Previous month": "Mois précédent",
  "Next month": "Mois suivant",
  "Previous page": "Page précédente",
  "Next page": "Page suivante",
  "Go to previous page": "Page précédente",
  "Go to next page": "Page suivante",
  "First page": "Première page",
  "Last page": "Dernière page",
  "Increment": "Augmenter",
  "Decrement": "Diminuer",
  "More options": "Autres actions",
  "View more": "Voir plus",
  "View less": "Voir moins",
  "Sort ascending": "Tri croissant",
  "Sort descending": "Tri décroissant",
  "Autosize": "Ajuster la largeur",
  "Pin column": "Fixer la colonne",
  "Unpin column": "Libérer la colonne",
  "Hide column": "Cacher la colonne",
  "Copy to clipboard": "Copier",
  "Copy": "Copier",
  "Copied": "Copié",
  "empty": "vide",
  "True": "Oui",
  "False": "Non",
  "Logo": "Farandole",
  "Error": "Erreur",
  "Error:": "Erreur :",
  "Help": "Aide",
  "Menu": "Menu",
  "Main menu": "Menu",
};
const size = (number, unit) => `${number.replace(/\.0$/, "").replace(".", ",")} ${unit.replace("B", "o")}`;
const PATTERNS = [
  [/^(\d+(?:\.\d+)?)\s?([KMG]B) per file(?: • (.+))?$/, (m) => `${size(m[1], m[2])} au plus par fichier${m[3] ? " : " + m[3] : ""}`],
  [/^(\d+(?:\.\d+)?)\s?([KMG]?B)$/, (m) => size(m[1], m[2])],
  [/^File must be (\d+(?:\.\d+)?)\s?([KMG]B) or smaller\.$/, (m) => `Ce fichier est trop lourd : ${size(m[1], m[2])} au plus.`],
  [/^(\S*) files are not allowed\.$/, () => "Un fichier de cette sorte n’est pas accepté."],
  [/^Cancel upload of (.+)$/, (m) => `Ne plus envoyer ${m[1]}`],
  [/^(Shortcut )?((?:Ctrl|Alt|⌘|⌥|⇧)[^a-z]*)(Enter|[^a-z]+)$/, (m) => `${m[1] ? "Raccourci " : ""}${m[2]}${m[3] === "Enter" ? "Entrée" : m[3]}`],
  [/^Remove (.+)$/, (m) => `Retirer ${m[1]}`],
  [/^View (\d+) more$/, (m) => `${m[1]} de plus`],
  [/^(day|month|year), (.+)$/, (m) => `${{ day: "jour", month: "mois", year: "année" }[m[1]]}, ${m[2]}`],
  [/^Help for (.+)$/, (m) => `Aide : ${m[1]}`],
  [/^Show help for (.+)$/, (m) => `Aide : ${m[1]}`],
  [/^Page (\d+) of (\d+)$/, (m) => `Page ${m[1]} sur ${m[2]}`],
  [/^Go to page (\d+)$/, (m) => `Aller à la page ${m[1]}`],
  [/^(\d+) of (\d+) results?$/, (m) => `${m[1]} sur ${m[2]}`],
  [/^Selected (.+?)\. (.+)$/, (m) => `Choisi : ${m[1]}.`],
];
const DATES = { dd: "jj", yyyy: "aaaa", Empty: "vide" };
const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt", "aria-valuetext"];
const OURS = "[data-testid='stMarkdownContainer'], [data-testid='stHtml'], [data-testid='stHeading'], textarea";
// Streamlit draws the words of its own buttons for files as if a screen had written them.
const THEIRS = "[data-testid='stFileUploaderDropzone'] > span button";

const french = (text) => {
  const bare = text.trim();
  if (!bare) return null;
  if (Object.hasOwn(FRENCH, bare)) return text.replace(bare, FRENCH[bare]);
  for (const [pattern, write] of PATTERNS) {
    const match = bare.match(pattern);
    if (match) return write(match);
  }
  return null;
};

const names = (element) => {
  for (const name of ATTRIBUTES) {
    const value = element.getAttribute(name);
    const told = value && (name === "aria-valuetext" ? DATES[value] : french(value));
    if (told && told !== value) element.setAttribute(name, told);
    // An icon stands beside words that say more than its name; the labels of Streamlit keep what was written for Markdown.
    else if (name === "aria-label" && /^[a-z0-9_]+ icon$/.test(value) && element.getAttribute("role") === "img") element.ariaHidden = "true";
    else if (name === "aria-label" && /\\[!-/:-@[-`{-~]/.test(value)) element.setAttribute(name, value.replace(/\\([!-/:-@[-`{-~])/g, "$1"));
  }
};

const words = (node) => {
  if (node.nodeType === Node.TEXT_NODE) {
    const parent = node.parentElement;
    if (!parent || (parent.closest(OURS) && !parent.closest(THEIRS))) return;
    const told = parent.closest("[role='spinbutton']") ? DATES[node.data] : french(node.data);
    if (told && told !== node.data) node.data = told;
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE"].includes(node.tagName)) return;
  names(node);
  for (const child of node.childNodes) words(child);
};

// A menu with sections puts blocks between the list and its items, which is no list any more: links in a navigation say enough.
const menu = () => {
  for (const part of document.querySelectorAll("ul[data-testid='stSidebarNavItems']:not([role]), [data-testid='stSidebarNavItems'] li:not([role])"))
    part.setAttribute("role", "presentation");
};

// A table that is wider than the window can be scrolled by keys as well.
const wide = () => {
  for (const part of document.querySelectorAll("[data-testid='stTable'] > div:not([tabindex])")) part.tabIndex = 0;
};

// The page says in which language it was drawn where it offers the others; before that, the language of the browser is a good guess.
let language = document.documentElement.lang;
const speak = () => {
  const told = document.querySelector(".languages [aria-current]")?.lang;
  if (!told || told === language) return;
  document.documentElement.lang = language = told;
  if (language === "fr") words(document.body);
};

// WCAG 2.1.4: a bare letter typed outside a field must do nothing.
const silenceKeys = () => {
  const typing = (target) => target.closest?.("input, textarea, select, [contenteditable='true'], [role='grid'], [role='listbox'], canvas");
  window.addEventListener(
    "keydown",
    (event) => {
      const bare = event.key.length === 1 && /\p{L}/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
      const target = event.composedPath()[0];
      if (bare && !(target instanceof Element && typing(target))) event.stopImmediatePropagation();
    },
    { capture: true },
  );
};

// After a lost connection the page may be another process's: load it anew, so that nothing on it is stale.
let watched = null;
const watchConnection = () => {
  const app = document.querySelector("[data-test-connection-state]");
  if (!app || app === watched) return;
  watched = app;
  let [before, lost] = [false, false];
  const look = () => {
    const connected = app.getAttribute("data-test-connection-state") === "CONNECTED";
    if (connected && lost) location.reload();
    lost ||= before && !connected;
    before ||= connected;
  };
  look();
  new MutationObserver(look).observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
};

silenceKeys();
new MutationObserver((changes) => {
  menu();
  wide();
  watchConnection();
  speak();
  if (language !== "fr") return;
  for (const change of changes) {
    if (change.type === "attributes") names(change.target);
    else if (change.type === "characterData") words(change.target);
    else change.addedNodes.forEach(words);
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES });
