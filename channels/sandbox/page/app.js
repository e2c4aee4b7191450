// A phone's app for Telegram, WhatsApp or SMS: the citizen's chat with the office, and what can be written there.

import { act } from "./api.js";
import { isInView, make } from "./dom.js";
import { spoken } from "./lines.js";
import { keyboardOf, makeRoom } from "./room.js";
import { word } from "./words.js";

const TYPING_MS = 5000;

// The apps in the order of their tabs. `key`: of the chat, "" where there's none; `about`: the line under the office's
// name; `reads`: whether the office learns that its messages were read; `window`: whether it may write freely for a
// day only; `starts`: whether the chat is opened by a button.
export const APPS = {
  telegram: {
    key: (model, office, citizen) => model.privateKey(office, citizen.id),
    about: (office) => office.government,
    starts: true,
  },
  whatsapp: {
    key: (model, office, citizen) => model.lineKey(office, "whatsapp", citizen),
    about: (office) => spoken(office.lines.whatsapp.address),
    kit: { edits: false },
    reads: true,
    window: true,
  },
  sms: {
    key: (model, office, citizen) => model.lineKey(office, "sms", citizen),
    about: (office) => spoken(office.lines.sms.address),
    kit: { edits: false, replies: false, attaches: false, counts: true },
  },
};

export class ChatApp {
  /** `phone`: {model, citizen, office(), clock, subtitle(text)}. */
  constructor(name, phone) {
    this.name = name;
    this.kind = APPS[name];
    this.phone = phone;
    this.model = phone.model;
    const { view, composer } = makeRoom(this.model, () => this.place(), { named: false, clock: phone.clock, kit: this.kind.kit, empty: () => this.welcome() });
    this.view = view;
    this.composer = composer;
    this.hint = make("p", { class: "window-hint", hidden: true });
    this.barred = make("div", { class: "barred", hidden: true });
    this.element = make("div", { class: `app app-${name}` }, view.element, this.hint, this.barred, composer.element);
  }

  key() {
    return this.kind.key(this.model, this.phone.office(), this.phone.citizen);
  }

  place() {
    const { citizen } = this.phone;
    return { who: citizen.id, name: citizen.name, chat: this.key(), office: this.phone.office().id, thread: null };
  }

  /** Draw everything: the app was opened, or the office, the language or the phone is new. */
  draw() {
    this.typing(false);
    this.view.show(this.key());
    this.standing();
    this.seen();
  }

  /** What depends on the chat's standing: blocked or not, a keyboard or none, a window that closed. */
  standing() {
    const chat = this.model.chat(this.key());
    this.barred.hidden = !chat.blocked;
    this.composer.element.hidden = chat.blocked;
    if (chat.blocked) {
      this.barred.replaceChildren(
        make("span", { text: word("blocked", { name: this.phone.citizen.name }) }),
        make("button", { type: "button", class: "plain", text: word("unblock"), onclick: () => this.block(false) }),
      );
    }
    this.composer.showKeys(keyboardOf(chat));
    this.composer.refresh();
    this.tick();
  }

  /** Time went on. */
  tick() {
    this.hint.hidden = !this.kind.window || !this.model.isOutsideWindow(this.key());
    this.hint.replaceChildren(make("strong", { text: word("windowClosed") }), ` ${word("windowHint", { name: this.phone.citizen.name })}`);
  }

  take(event) {
    this.view.take(event);
    if (event.kind === "action") this.typing(true);
    if (event.kind === "message") this.typing(false);
    if (["message", "blocked", "chat"].includes(event.kind)) this.standing();
    if (event.kind === "message") this.seen();
  }

  /** What's on the screen is read, and where the office learns of that, it's told. */
  seen() {
    this.view.seen();
    if (!this.kind.reads || !isInView(this.element)) return;
    const unread = [...this.model.chat(this.key()).messages.values()].some((message) => !message.line.mine && message.line.status === "delivered");
    if (unread) act("read", { who: this.phone.citizen.id, chat: this.key() });
  }

  focus() {
    this.composer.field.focus();
  }

  toEnd() {
    this.view.toEnd();
  }

  /** The office "is typing" until it writes, or for as long as its word for it holds. */
  typing(yes) {
    clearTimeout(this.typed);
    this.phone.subtitle(yes ? word("typing") : this.kind.about(this.phone.office()));
    if (yes) this.typed = setTimeout(() => this.typing(false), TYPING_MS);
  }

  /** The items of the phone's menu. */
  menu() {
    const { blocked } = this.model.chat(this.key());
    return [{ label: word(blocked ? "unblock" : "block"), icon: "block", run: () => this.block(!blocked) }];
  }

  block(blocked) {
    act("block", { who: this.phone.citizen.id, office: this.phone.office().id, blocked, chat: this.kind.starts ? "" : this.key() });
  }

  welcome() {
    const { citizen } = this.phone;
    const office = this.phone.office();
    const say = (text) => make("button", { type: "button", class: "example", text, onclick: () => this.composer.say(text) });
    const start = () => act("start", { who: citizen.id, office: office.id });
    return [
      make("p", { text: word("phoneStart", { name: citizen.name, office: office.name }) }),
      this.kind.starts ? make("button", { type: "button", class: "main", text: word("start"), onclick: start }) : null,
      make("p", { class: "dim", text: word(this.kind.starts ? "examples" : "examplesFirst") }),
      ...["example1", "example2", "example3"].map((key) => say(word(key))),
    ].filter(Boolean);
  }
}
