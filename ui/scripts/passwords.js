// Ticks the rules of a password while it is typed in the fields above. Nothing of it leaves the browser before the form does.
const scorer = () =>
  (window.farandoleScorer ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: `${location.origin}/assets/vendor/zxcvbn/zxcvbn.js`, onload: () => done(window.zxcvbn), onerror: failed });
    document.head.append(script);
  }));

const typed = (name) => document.querySelector(`.${name} input`)?.value ?? "";

const bare = (word) => word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

// The formula of domain/accounts/passwords.
const bits = (password) => {
  const characters = [...password];
  const any = (test) => characters.some(test);
  let alphabet = 0;
  if (any((one) => one === one.toLowerCase() && one !== one.toUpperCase())) alphabet += 26;
  if (any((one) => one === one.toUpperCase() && one !== one.toLowerCase())) alphabet += 26;
  if (any((one) => /\p{Nd}/u.test(one))) alphabet += 10;
  if (any((one) => !/[\p{L}\p{N}]/u.test(one))) alphabet += 37;
  return alphabet ? characters.length * Math.log2(alphabet) : 0;
};

const weigh = (state) => {
  const { data } = state;
  const password = typed(data.field);
  const words = [...data.about, ...data.beside.map(typed)].flatMap((word) => [word, word.split("@")[0], bare(word)]).filter(Boolean);
  const short = new TextEncoder().encode(password).length <= data.longest;
  const kept = {
    varied: bits(password) >= data.bits,
    guess: Boolean(password && short && state.score && state.score(password, words).score >= data.score),
    short: Boolean(password) && short,
    same: Boolean(password) && password === typed(data.again),
  };
  for (const [name, line] of Object.entries(state.lines)) {
    line.dataset.kept = kept[name];
    line.children[0].textContent = kept[name] ? "✓" : "○";
    line.children[2].textContent = ` (${kept[name] ? data.kept : data.open})`;
  }
};

const draw = (state, parent) => {
  const { data } = state;
  const box = document.createElement("div");
  box.className = "password-rules";
  const title = document.createElement("p");
  title.textContent = data.title;
  const list = document.createElement("ul");
  state.lines = {};
  for (const [name, text] of Object.entries(data.rules)) {
    const line = document.createElement("li");
    const mark = Object.assign(document.createElement("span"), { className: "mark" });
    mark.setAttribute("aria-hidden", "true");
    line.append(mark, Object.assign(document.createElement("span"), { textContent: text }), Object.assign(document.createElement("span"), { className: "told" }));
    list.append(line);
    state.lines[name] = line;
  }
  box.append(title, list);
  parent.replaceChildren(box);
};

export default function ({ data, parentElement }) {
  const state = (parentElement.farandoleRules ??= {});
  state.data = data;
  if (!state.lines) {
    draw(state, parentElement);
    state.listen = () => weigh(state);
    document.addEventListener("input", state.listen);
    scorer().then((score) => {
      state.score = score;
      weigh(state);
    });
  }
  weigh(state);
  return () => document.removeEventListener("input", state.listen);
}
