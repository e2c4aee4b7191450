// Short notices over a panel: what the bot answers to a press, and what went wrong.

import { icon, make } from "./dom.js";
import { word } from "./words.js";

const SHOWN_MS = 4000;
const AT_ONCE_MAX = 3;

/** Show words in a host element. `stays`: until it's dismissed; `about`: whom it's for; `bad`: something failed. */
export function toast(host, text, { stays = false, about = "", bad = false } = {}) {
  const close = () => note.remove();
  const note = make(
    "div",
    { class: `toast${bad ? " toast-bad" : ""}`, role: stays || bad ? "alert" : "status" },
    make("div", { class: "toast-words" }, about ? make("strong", { text: about }) : null, make("span", { text })),
    make("button", { type: "button", class: "round", "aria-label": word("close"), onclick: close }, icon("close")),
  );
  note.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  while (host.children.length >= AT_ONCE_MAX) host.firstChild.remove();
  host.append(note);
  if (!stays) setTimeout(close, SHOWN_MS);
}
