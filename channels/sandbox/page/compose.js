// Where one writes: the text, what it answers or changes, and what can be attached.

import { act, upload } from "./api.js";
import { iconButton, make } from "./dom.js";
import { openMenu } from "./menu.js";
import { authorOf, fullName, gist } from "./model.js";
import { measure } from "./segments.js";
import { word } from "./words.js";

let number = 0;

// What can be attached, in the order of the menu: words, sign or sample picture, and the act.
const OFFERS = [
  { word: "attachKtp", hint: "hintSample", sample: "ktp", send: ["photo", { sample: "ktp" }] },
  { word: "attachKk", hint: "hintSample", sample: "kk", send: ["photo", { sample: "kk" }] },
  { word: "attachRoad", hint: "hintStripped", sample: "road", send: ["photo", { sample: "road" }] },
  { word: "attachRoadFile", hint: "hintGps", icon: "file", send: ["photo", { sample: "road", as_file: true }] },
  { word: "attachAlbum", hint: "hintAlbum", icon: "album", send: ["album", { samples: ["ktp", "kk", "road"] }] },
  { word: "attachKtpDark", sample: "ktp_dark", send: ["photo", { sample: "ktp_dark" }] },
  { word: "attachKtpBlurred", sample: "ktp_blurred", send: ["photo", { sample: "ktp_blurred" }] },
  { word: "attachPin", icon: "pin", send: ["pin", {}] },
  { word: "attachVoice", icon: "voice", send: ["voice", { sample: "voice" }] },
  { word: "attachSticker", icon: "smile", send: ["sticker", { sample: "sticker" }] },
  { word: "attachContact", icon: "phone", send: ["contact", {}] },
];
const CAPTIONED = ["photo", "album"];

export class Composer {
  /**
   * `place()` returns {who, name, chat, office, thread} of whoever writes here, or null when nobody can. `kit`:
   * {attaches, counts: whether SMS are counted while one types}.
   */
  constructor(place, { attaches = true, counts = false } = {}) {
    this.place = place;
    this.answers = null; // the message replied to
    this.changes = null; // the message being edited
    number += 1;
    const id = `write-${number}`;
    this.above = make("div", { class: "above", hidden: true });
    this.keys = make("div", { class: "keys", hidden: true });
    this.label = make("label", { class: "hidden", for: id });
    this.field = make("textarea", { id, rows: 1, maxlength: 20000, autocomplete: "off", onkeydown: (event) => this.key(event), oninput: () => this.grow() });
    this.attach = iconButton("attach", word("attach"), { class: "round", hidden: !attaches, "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.offer() });
    this.counter = counts ? make("div", { class: "counter number", "aria-live": "off" }) : null;
    this.submit = iconButton("send", word("send"), { class: "round send", type: "submit" });
    this.file = make("input", { type: "file", hidden: true, tabindex: "-1", "aria-hidden": "true", onchange: () => this.own() });
    this.form = make("form", { class: "write", onsubmit: (event) => this.send(event) }, this.attach, this.label, this.field, this.submit, this.file);
    this.element = make("div", { class: "composer" }, this.above, this.keys, this.form, this.counter);
  }

  /** Put the words for whoever writes now. */
  refresh() {
    const place = this.place();
    const label = place ? word("writeAs", { name: place.name }) : word("write");
    this.label.textContent = label;
    this.field.placeholder = word("write");
    this.attach.title = word("attach");
    this.attach.setAttribute("aria-label", word("attach"));
    this.submit.title = word("send");
    this.submit.setAttribute("aria-label", word("send"));
    for (const part of [this.field, this.attach, this.submit]) part.disabled = !place;
    this.drawAbove();
    this.count();
  }

  /** How many SMS the text is so far. */
  count() {
    if (!this.counter) return;
    const { count, room, encoding } = measure(this.field.value);
    this.counter.textContent = word("smsCounter", { count, room, encoding });
    this.counter.classList.toggle("dear", encoding === "UCS-2");
  }

  /** Answer a message. */
  reply(message) {
    this.changes = null;
    this.answers = message;
    this.drawAbove();
    this.field.focus();
  }

  /** Change a message of one's own. */
  edit(message) {
    this.answers = null;
    this.changes = message;
    this.field.value = message.text ?? message.caption ?? "";
    this.grow();
    this.drawAbove();
    this.field.focus();
  }

  /** Forget what was being answered or changed. */
  drop() {
    if (this.changes) this.field.value = "";
    this.answers = null;
    this.changes = null;
    this.grow();
    this.drawAbove();
  }

  /** Show the keyboard a bot put under the field: [[{text, request_location, request_contact}]]. */
  showKeys(rows) {
    this.keys.hidden = !rows?.length;
    this.keys.replaceChildren(...(rows ?? []).map((row) => make("div", { class: "buttons-row" }, ...row.map((button) => this.keyButton(button)))));
  }

  keyButton(button) {
    const run = () => {
      if (button.request_location) this.give("pin", {});
      else if (button.request_contact) this.give("contact", {});
      else this.say(button.text ?? button);
    };
    return make("button", { type: "button", class: "choice", text: button.text ?? button, onclick: run });
  }

  drawAbove() {
    const about = this.answers ?? this.changes;
    this.above.hidden = !about;
    if (!about) {
      this.above.replaceChildren();
      return;
    }
    const title = this.changes ? word("editing") : word("replying", { name: fullName(authorOf(about)) });
    this.above.replaceChildren(
      make("div", { class: "quote" }, make("strong", { text: title }), make("span", { text: gist(about, word) })),
      iconButton("close", word("drop"), {
        onclick: () => {
          this.drop();
          this.field.focus();
        },
      }),
    );
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    } else if (event.key === "Escape" && (this.answers || this.changes)) {
      this.drop();
    }
  }

  grow() {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, 160)}px`);
    this.count();
  }

  where() {
    const { who, chat, thread } = this.place();
    return { who, chat, thread: this.answers ? null : (thread || null), reply_to: this.answers?.message_id ?? null };
  }

  async send(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text || !this.place()) return;
    this.field.value = "";
    this.grow();
    const done = this.changes ? await this.change(text) : await this.say(text);
    if (!done && !this.field.value) this.field.value = text; // refused: the words aren't lost
    this.field.focus();
  }

  async say(text) {
    const where = this.where();
    this.drop();
    return act("say", { ...where, text });
  }

  async change(text) {
    const { who, chat } = this.place();
    const message = this.changes;
    this.changes = null;
    this.drawAbove();
    return act("edit", { who, chat, message_id: message.message_id, text });
  }

  async give(name, parts) {
    const body = { ...this.where(), ...parts };
    if (name === "pin") body.office = this.place().office;
    if (CAPTIONED.includes(name) && !this.changes) {
      body.caption = this.field.value.trim().slice(0, 1024);
      this.field.value = "";
      this.grow();
    }
    this.drop();
    await act(name, body);
    if (matchMedia("(hover: hover)").matches) this.field.focus({ preventScroll: true }); // no keyboard over a phone
  }

  offer() {
    const items = OFFERS.map((offer) => ({
      label: word(offer.word),
      hint: offer.hint ? word(offer.hint) : "",
      icon: offer.icon,
      image: offer.sample ? `/samples/${offer.sample}` : null,
      run: () => this.give(...offer.send),
    }));
    items.push({ label: word("attachOwn"), icon: "photo", run: () => this.file.click() });
    openMenu(this.attach, items, word("attach"));
  }

  async own() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    const where = this.where();
    const caption = this.field.value.trim().slice(0, 1024);
    this.field.value = "";
    this.drop();
    await upload(where, file, caption, false);
  }
}
