// Menus that open from a button: arrow keys move, Escape closes, the focus goes back to where it came from.

import { icon, make } from "./dom.js";

let open = null;

/** Close the open menu, if there is one; `refocus` gives the focus back. */
export function closeMenu(refocus = false) {
  if (!open) return;
  const { panel, opener } = open;
  open = null;
  panel.remove();
  opener.setAttribute("aria-expanded", "false");
  if (refocus) opener.focus();
}

/** Open a menu at `opener`. Items: {label, hint, icon, image, run}; a second call for the same opener closes it. */
export function openMenu(opener, items, label) {
  const again = open?.opener === opener;
  closeMenu();
  if (again || items.length === 0) return;
  const panel = make("div", { class: "menu", role: "menu", "aria-label": label, onkeydown: moveInMenu });
  panel.append(...items.map(menuItem));
  const host = opener.closest("dialog") ?? document.body;
  host.append(panel);
  place(panel, opener);
  opener.setAttribute("aria-expanded", "true");
  open = { panel, opener };
  panel.querySelector("[role=menuitem]").focus({ preventScroll: true });
}

function menuItem(item) {
  const sign = item.image
    ? make("img", { src: item.image, alt: "", class: "menu-image", loading: "lazy" })
    : make("span", { class: "menu-sign" }, icon(item.icon));
  const words = make("span", { class: "menu-words" }, make("span", { text: item.label }));
  if (item.hint) words.append(make("small", { text: item.hint }));
  return make(
    "button",
    {
      type: "button",
      role: "menuitem",
      tabindex: "-1",
      onclick: () => {
        closeMenu(true);
        item.run();
      },
    },
    sign,
    words,
  );
}

function place(panel, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const above = at.top - 8;
  const below = innerHeight - at.bottom - 8;
  const up = above >= height || above > below;
  const room = Math.max(120, up ? above - 8 : below - 8);
  const left = Math.min(Math.max(8, at.left), innerWidth - width - 8);
  panel.style.setProperty("max-height", `${Math.min(room, 460)}px`);
  panel.style.setProperty("left", `${left + scrollX}px`);
  const shownHeight = Math.min(height, room, 460);
  panel.style.setProperty("top", `${(up ? at.top - 6 - shownHeight : at.bottom + 6) + scrollY}px`);
}

function moveInMenu(event) {
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  const here = items.indexOf(document.activeElement);
  const moves = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 };
  if (event.key in moves) {
    event.preventDefault();
    items.at(moves[event.key] % items.length).focus();
  } else if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu(true);
  }
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.panel.contains(event.target) && !open.opener.contains(event.target)) closeMenu();
});
addEventListener("resize", () => closeMenu());
