// Puts ALTCHA's box and hands its proof to the form. Works at once, and again when a proof was spent or would soon be over.
// Who sends the form before the proof is there waits for it: the form leaves by itself as soon as it is.
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
    release(state);
  });
  box.addEventListener("statechange", (event) => {
    if (event.detail.state === "error") fail(state);
  });
  return box;
};

const hold = (state, form) => {
  const stop = (event, button) => {
    if (state.proof || state.failed || !button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    state.held = button;
    button.setAttribute("aria-busy", "true");
  };
  const sends = "[data-testid='stFormSubmitButton'] button";
  form.addEventListener("click", (event) => stop(event, event.target.closest(sends)), true);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) stop(event, form.querySelector(sends));
  }, true);
};

const release = (state) => {
  const button = state.held;
  state.held = null;
  if (!button) return;
  button.removeAttribute("aria-busy");
  setTimeout(() => button.isConnected && button.click());
};

const fail = (state) => {
  state.failed = true;
  release(state);
};

const again = (state) => {
  state.proof = "";
  state.failed = false;
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
  const form = parentElement.closest("[data-testid='stForm']");
  if (form) hold(state, form);
  load()
    .then(() => {
      state.box = draw(state, data);
      parentElement.append(state.box);
    })
    .catch(() => {
      fail(state);
      const line = document.createElement("p");
      line.setAttribute("role", "alert");
      line.textContent = data.words.error;
      parentElement.append(line);
    });
  return () => clearTimeout(state.later);
}
