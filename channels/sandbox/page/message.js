// One message as an element: its words with their marks, its pictures and files, and the buttons under it.

import { icon, make } from "./dom.js";
import { authorOf, fullName, gist } from "./model.js";
import { word } from "./words.js";

const PICTURE_WIDTH_PX = 240;

/** The content of a bubble. `room` says who looks (`me`), and what happens on `press`, `command` and `link`. */
export function messageBody(message, room) {
  const body = document.createDocumentFragment();
  if (message.forward_origin) body.append(make("div", { class: "forwarded", text: forwardedFrom(message.forward_origin) }));
  if (room.showsQuote(message)) body.append(quote(message.reply_to_message, message.quote));
  body.append(...media(message));
  const text = message.text ?? message.caption;
  if (text) body.append(marked(text, message.entities ?? message.caption_entities ?? [], room));
  return body;
}

/** The line below: when, and what is special about it. */
export function messageFoot(message, timeOf) {
  const foot = make("div", { class: "foot" });
  const sign = (name, label) => make("span", { class: "sign", title: label }, icon(name), make("span", { class: "hidden", text: label }));
  if (message.silent) foot.append(sign("silent", word("silent")));
  if (message.has_protected_content) foot.append(sign("lock", word("protected")));
  if (message.line?.template) foot.append(make("span", { class: "tag", text: word("template"), title: word("templateHint") }));
  if (message.line?.automatic) foot.append(make("span", { class: "tag", text: word("automatic") }));
  if (message.line?.encoding) foot.append(make("span", { text: word("smsParts", { count: message.line.segments }), title: message.line.encoding }));
  if (message.edit_date && !message.from?.is_bot) foot.append(make("span", { text: word("edited") }));
  foot.append(make("time", { datetime: new Date(message.date * 1000).toISOString(), text: timeOf(message.date) }));
  if (message.line?.mine && !message.line.encoding) foot.append(ticks(message.line.status));
  return foot;
}

// What WhatsApp shows the writer: one tick for sent, two for delivered, coloured when read.
const TICKS = { sent: ["tick", "tickSent"], delivered: ["ticks", "tickDelivered"], read: ["ticks", "tickRead"] };

function ticks(status) {
  const [sign, label] = TICKS[status] ?? TICKS.sent;
  return make("span", { class: `sign ticks ${status}`, title: word(label) }, icon(sign), make("span", { class: "hidden", text: word(label) }));
}

/** The buttons under a message, or null. */
export function messageButtons(message, room) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  const block = make("div", { class: "buttons" });
  for (const row of rows) {
    block.append(make("div", { class: "buttons-row" }, ...row.map((button) => inlineButton(button, message, room))));
  }
  return block;
}

/** What a service message says, or "" for one that isn't shown. */
export function serviceWords(message) {
  if (message.forum_topic_created) return word("topicOpened", { name: message.forum_topic_created.name });
  if (message.forum_topic_closed) return word("topicClosed");
  if (message.forum_topic_reopened) return word("topicReopened");
  return "";
}

function inlineButton(button, message, room) {
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (pressed.getAttribute("aria-busy") === "true") return;
    pressed.setAttribute("aria-busy", "true");
    setTimeout(() => pressed.removeAttribute("aria-busy"), 1500);
    if (button.url) room.link(button.url);
    else if (button.callback_data !== undefined) await room.press(message, button.callback_data);
  };
  return make("button", { type: "button", class: "choice", onclick: press }, make("span", { text: button.text }), button.url ? icon("link") : null);
}

function forwardedFrom(origin) {
  const name = origin.sender_user_name ?? (origin.sender_user ? fullName(origin.sender_user) : origin.sender_chat?.title);
  return word("forwarded", { name: name ?? origin.chat?.title ?? "…" });
}

function quote(target, part) {
  const who = fullName(authorOf(target));
  return make("div", { class: "quote" }, make("strong", { text: who }), make("span", { text: part?.text ?? gist(target, word) }));
}

const address = (file) => file.address ?? `/api/files/${encodeURIComponent(file.file_unique_id)}`;

function media(message) {
  if (message.photo) return [picture(message)];
  if (message.document) return [documentPart(message.document)];
  if (message.voice) return [voice(message.voice)];
  if (message.audio) return [voice(message.audio)];
  if (message.sticker) {
    return [make("img", { class: "sticker", src: address(message.sticker), alt: word("sticker"), width: 128, height: 128 })];
  }
  if (message.location) return [location(message)];
  if (message.contact) {
    return [fact("phone", message.contact.first_name, message.contact.phone_number)];
  }
  if (message.text || message.caption) return [];
  return [make("em", { class: "unsupported", text: word("unsupported") })];
}

function picture(message) {
  const sizes = message.photo;
  const large = sizes.at(-1);
  const small = sizes.find((size) => size.width >= PICTURE_WIDTH_PX * 2) ?? large;
  const alt = message.caption ? `${word("photo")}: ${message.caption}` : word("photo");
  const image = make("img", { src: address(small), alt, width: large.width, height: large.height, loading: "lazy" });
  return make("button", { type: "button", class: "picture", "aria-label": `${word("photoOpen")}. ${alt}`, onclick: () => enlarge(large, alt) }, image);
}

function enlarge(size, alt) {
  const box = make("dialog", { class: "lightbox", "aria-label": alt });
  const close = () => box.close();
  box.append(
    make("img", { src: address(size), alt, width: size.width, height: size.height, onclick: close }),
    make("button", { type: "button", class: "round", "aria-label": word("close"), onclick: close }, icon("close")),
  );
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function documentPart(file) {
  const shown = make(
    "a",
    { class: "fact", href: address(file), target: "_blank", rel: "noopener noreferrer" },
    make("span", { class: "fact-sign" }, icon("file")),
    make("span", { class: "fact-words" }, make("strong", { text: file.file_name ?? word("file") }), make("small", { text: file.file_size ? size(file.file_size) : word("file") })),
  );
  return shown;
}

/** A file's size in words. */
export function size(bytes) {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
}

function voice(sound) {
  const label = sound.duration ? word("voice", { seconds: sound.duration }) : word("voiceNote");
  return make(
    "div",
    { class: "voice" },
    make("div", { class: "voice-words" }, icon("voice"), make("span", { text: label })),
    make("audio", { controls: true, preload: "none", src: address(sound), "aria-label": label }),
  );
}

function location(message) {
  const { latitude, longitude } = message.location;
  const numbers = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const venue = message.venue;
  return fact("pin", venue?.title ?? word("location"), venue?.address ? `${venue.address} (${numbers})` : numbers);
}

function fact(sign, title, detail) {
  return make(
    "div",
    { class: "fact" },
    make("span", { class: "fact-sign" }, icon(sign)),
    make("span", { class: "fact-words" }, make("strong", { text: title }), make("small", { text: detail })),
  );
}

// Entities may overlap: the text is cut wherever one begins or ends, and each piece wears all that cover it. Their
// offsets count UTF-16 units, as JavaScript does.
function marked(text, entities, room) {
  const shown = make("div", { class: "text" });
  const cuts = new Set([0, text.length]);
  for (const entity of entities) cuts.add(entity.offset).add(entity.offset + entity.length);
  const places = [...cuts].filter((place) => place >= 0 && place <= text.length).sort((a, b) => a - b);
  for (let number = 0; number + 1 < places.length; number += 1) {
    const [from, to] = [places[number], places[number + 1]];
    const over = entities.filter((entity) => entity.offset <= from && entity.offset + entity.length >= to);
    shown.append(piece(text.slice(from, to), over, text, room));
  }
  return shown;
}

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "q" };

function piece(part, entities, text, room) {
  let node = document.createTextNode(part);
  for (const entity of entities) {
    const whole = text.slice(entity.offset, entity.offset + entity.length);
    if (TAGS[entity.type]) node = make(TAGS[entity.type], {}, node);
    else if (entity.type === "text_mention" || entity.type === "mention") {
      const me = entity.user?.id === room.me();
      const look = me ? "mention mention-me" : "mention";
      const speaks = entity.user && room.mention;
      node = speaks
        ? make("button", { type: "button", class: look, title: word("speakAs", { name: part }), onclick: () => room.mention(entity.user.id) }, node)
        : make("span", { class: look }, node);
    } else if (entity.type === "bot_command") {
      node = make("button", { type: "button", class: "command", onclick: () => room.command(whole) }, node);
    } else if (entity.type === "text_link" || entity.type === "url") {
      const target = entity.url ?? whole;
      node = make("button", { type: "button", class: "command", onclick: () => room.link(target) }, node);
    }
  }
  return node;
}
