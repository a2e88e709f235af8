// Puts ALTCHA's box and hands its proof to the form. Works at once, and again when a proof was spent or would soon be over.
const VENDOR = `${location.origin}/assets/vendor/altcha/`;

const dress = () => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: `${VENDOR}altcha.css` });
  document.head.append(link);
};

const load = () =>
  (window.farandoleAltcha ??= import(`${VENDOR}altcha.min.js`).then(() => {
    dress();
    window.$altcha.algorithms.set("SHA-256", () => new Worker(`${VENDOR}sha.js`));
    return import(`${VENDOR}fr-fr.js`);
  }));

const draw = (state, data) => {
  const box = document.createElement("altcha-widget");
  const words = { ...window.$altcha.i18n.get(data.language), ...data.words };
  window.$altcha.i18n.set(data.language, words);
  box.setAttribute("language", data.language);
  box.setAttribute("challenge", "/auth/challenge");
  box.setAttribute(
    "configuration",
    JSON.stringify({ auto: "onload", minDuration: 0, hideLogo: true, hideFooter: true, humanInteractionSignature: false, workers: Math.min(4, navigator.hardwareConcurrency || 2) }),
  );
  box.addEventListener("verified", (event) => {
    state.proof = event.detail.payload;
    state.give(state.proof);
    clearTimeout(state.later);
    state.later = setTimeout(() => again(state), data.lives * 1000);
  });
  return box;
};

const again = (state) => {
  state.proof = "";
  state.give("");
  state.box.verify();
};

export default function ({ data, parentElement, setStateValue }) {
  const state = (parentElement.farandoleProof ??= { proof: "" });
  state.give = (proof) => setStateValue("proof", proof);
  if (state.box) {
    if (state.proof && data.spent && state.proof.endsWith(data.spent)) again(state);
    return;
  }
  if (state.loading) return;
  state.loading = true;
  load()
    .then(() => {
      state.box = draw(state, data);
      parentElement.append(state.box);
    })
    .catch(() => {
      const line = document.createElement("p");
      line.setAttribute("role", "alert");
      line.textContent = data.words.error;
      parentElement.append(line);
    });
  return () => clearTimeout(state.later);
}
