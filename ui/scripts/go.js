// Posts once, then loads an address: without `then`, the address that was asked for, whole.
export default function ({ data, parentElement }) {
  const state = (window.farandoleGo ??= new Set());
  const once = data.post + JSON.stringify(data.body);
  if (state.has(once)) return;
  state.add(once);
  const say = (text) => {
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = text;
    parentElement.replaceChildren(line);
  };
  const run = async () => {
    const options = { method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data.body) };
    const answer = await fetch(data.post, options);
    if (data.failed) {
      const kept = answer.ok && (await fetch(data.post, { credentials: "same-origin", cache: "no-store" }));
      if (!kept || !kept.ok) return say(data.failed);
    }
    if (data.then) location.replace(data.then);
    else location.reload();
  };
  run().catch(() => say(data.failed ?? ""));
}
