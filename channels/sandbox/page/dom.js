// Making elements. Text enters the page only as text: there is no way to hand markup to any of these.

import { ICONS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties (`class`, `text`, `on...` listeners, `data` values, else attributes) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** A drawn sign; hidden from screen readers, which get words beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const path of ICONS[name] ?? []) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
  }
  return svg;
}

/** A button that shows a sign and says its words to screen readers and on hover. */
export function iconButton(name, label, properties = {}) {
  return make("button", { type: "button", "aria-label": label, title: label, class: "round", ...properties }, icon(name));
}

/** Up to two first letters of a name. */
export function initials(name) {
  const parts = name.split(/\s+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts[parts.length - 1]] : parts;
  return letters.map((part) => [...part][0] ?? "").join("").toUpperCase();
}

/** A number from 0 to 5 that belongs to an account, for its colour. */
export function tint(id) {
  return Math.abs(Number(id) || 0) % 6;
}

/** Whether an element can be seen now: laid out, and not scrolled out of the row of phones. */
export function isInView(element) {
  if (!isShown(element) || document.visibilityState === "hidden") return false;
  const { left, right } = element.getBoundingClientRect();
  const middle = (left + right) / 2;
  const row = element.closest(".phones")?.getBoundingClientRect() ?? { left: 0, right: innerWidth };
  return middle > row.left && middle < row.right;
}

/** Whether an element is laid out and not in a hidden part of the page. */
export function isShown(element) {
  return element.isConnected && element.getClientRects().length > 0;
}
