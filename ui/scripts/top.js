// A new step begins at the top of the screen, and there for the keyboard too.
export default function ({ data, parentElement }) {
  const before = parentElement.farandolePlace;
  parentElement.farandolePlace = data.place;
  if (before === undefined || before === data.place) return;
  document.querySelector("[data-testid='stMain']")?.scrollTo({ top: 0 });
  const title = document.querySelector("[data-testid='stMain'] h1");
  if (!title) return;
  title.setAttribute("tabindex", "-1");
  title.focus({ preventScroll: true });
}
