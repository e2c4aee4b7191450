// Talking to the demo's server: acts as JSON, files as they are, and the stream of what happens.

import { errorWord } from "./words.js";

let complain = () => {};

/** Say where errors are shown: a function that takes the words. */
export function onError(show) {
  complain = show;
}

/** Everything there is now. */
export async function fetchState() {
  const answer = await fetch("/api/state");
  if (!answer.ok) throw new Error(`state: ${answer.status}`);
  return answer.json();
}

/** Do something; the answer as a value, or null when it was refused (the reason is shown). */
export async function act(name, body) {
  return sent(`/api/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Send the visitor's own file. */
export async function upload(where, file, caption, asFile) {
  const query = new URLSearchParams({ name: file.name.slice(0, 120) || "file", caption, as_file: asFile ? "true" : "false" });
  for (const [name, value] of Object.entries(where)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  return sent(`/api/upload?${query}`, {
    method: "POST",
    headers: { "content-type": file.type || "application/octet-stream" },
    body: file,
  });
}

async function sent(address, request) {
  try {
    const answer = await fetch(address, request);
    const value = await answer.json();
    if (answer.ok) return value;
    complain(errorWord(value.error));
  } catch {
    complain(errorWord("other"));
  }
  return null;
}

/** Follow what happens from `cursor` on. `handlers` has a function for each event, and `connected(yes)`. */
export function follow(cursor, handlers) {
  const source = new EventSource(`/api/events?after=${encodeURIComponent(cursor)}`);
  for (const name of ["feed", "strip", "citizens", "clock", "reset"]) {
    source.addEventListener(name, (event) => {
      if (name === "reset") source.close();
      handlers[name](JSON.parse(event.data));
    });
  }
  source.addEventListener("open", () => handlers.connected(true));
  source.addEventListener("error", () => {
    handlers.connected(false);
    // After a refusal the browser gives up; we ask again a little later.
    if (source.readyState === EventSource.CLOSED) setTimeout(handlers.reset, 2000);
  });
  return source;
}
