// Shows a paper beside what is known of the family: a picture, or the browser's own reader of PDFs where the window has room for it.
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".paper") ?? parentElement;
  if (place.dataset.shown === data.address) return;
  place.dataset.shown = data.address;
  if (data.picture) {
    const picture = document.createElement("img");
    picture.src = data.address;
    picture.alt = data.words;
    picture.style.cssText = "display:block;max-width:100%;height:auto;border:1px solid #d9cdb8;border-radius:0.6rem";
    return place.replaceChildren(picture);
  }
  if (window.matchMedia("(max-width: 640px)").matches) return place.replaceChildren();
  const reader = document.createElement("iframe");
  reader.src = data.address + "#navpanes=0&view=FitH";
  reader.title = data.words;
  reader.style.cssText = "display:block;width:100%;height:min(75vh,900px);border:1px solid #d9cdb8;border-radius:0.6rem;background:#fff";
  place.replaceChildren(reader);
}
