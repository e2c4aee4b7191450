// The left side: a phone for each citizen, showing their chat with the office that is chosen.

import { act } from "./api.js";
import { icon, iconButton, initials, make, tint } from "./dom.js";
import { openMenu } from "./menu.js";
import { keyboardOf, makeRoom } from "./room.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const TYPING_MS = 5000;

class Phone {
  constructor(model, citizen, office, timeOf) {
    this.model = model;
    this.citizen = citizen;
    this.office = office; // a function: the office that is chosen
    const { view, composer } = makeRoom(model, () => this.place(), { named: false, timeOf, empty: () => this.welcome() });
    this.view = view;
    this.composer = composer;
    this.title = make("div", { class: "phone-title" });
    this.sub = make("div", { class: "phone-sub" });
    this.sign = make("span", { class: "face phone-face", "aria-hidden": "true" });
    this.more = iconButton("more", word("more"), { "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.menu() });
    this.owner = make("h3", { class: "phone-owner" }, make("span", { class: `face tint-${tint(citizen.id)}`, "aria-hidden": "true", text: initials(citizen.name) }), make("span", { text: citizen.name }));
    this.barred = make("div", { class: "barred", hidden: true });
    this.toasts = make("div", { class: "toasts" });
    this.element = make(
      "article",
      { class: "phone", data: { citizen: citizen.id } },
      this.owner,
      make("div", { class: "phone-body" }, make("header", { class: "phone-top" }, this.sign, make("div", { class: "phone-names" }, this.title, this.sub), this.more), view.element, this.toasts, this.barred, composer.element),
    );
  }

  key() {
    return this.model.privateKey(this.office(), this.citizen.id);
  }

  place() {
    const office = this.office();
    return { who: this.citizen.id, name: this.citizen.name, chat: this.key(), office: office.id, thread: null };
  }

  /** Draw everything: the office, the language or the phone is new. */
  draw() {
    const office = this.office();
    this.element.setAttribute("aria-label", word("phoneOf", { name: this.citizen.name }));
    this.title.textContent = office.name;
    this.sub.textContent = office.government;
    this.sign.textContent = initials(office.short);
    this.more.title = word("more");
    this.view.show(this.key());
    this.standing();
  }

  /** What depends on the chat's standing: blocked or not, a keyboard or none. */
  standing() {
    const chat = this.model.chat(this.key());
    this.barred.hidden = !chat.blocked;
    this.composer.element.hidden = chat.blocked;
    if (chat.blocked) {
      this.barred.replaceChildren(
        make("span", { text: word("blocked", { name: this.citizen.name }) }),
        make("button", { type: "button", class: "plain", text: word("unblock"), onclick: () => this.block(false) }),
      );
    }
    this.composer.showKeys(keyboardOf(chat));
    this.composer.refresh();
  }

  take(event) {
    this.view.take(event);
    if (event.kind === "action") this.typing(true);
    if (event.kind === "message") this.typing(false);
    if (["message", "blocked", "chat"].includes(event.kind)) this.standing();
    if (event.kind === "alert" && event.data.text) toast(this.toasts, event.data.text, { stays: event.data.show_alert });
  }

  /** The office "is typing" until it writes, or for as long as its word for it holds. */
  typing(yes) {
    clearTimeout(this.typed);
    this.sub.textContent = yes ? word("typing") : this.office().government;
    if (yes) this.typed = setTimeout(() => this.typing(false), TYPING_MS);
  }

  menu() {
    const { blocked } = this.model.chat(this.key());
    const items = [
      { label: word(blocked ? "unblock" : "block"), icon: "block", run: () => this.block(!blocked) },
    ];
    openMenu(this.more, items, word("more"));
  }

  block(blocked) {
    act("block", { who: this.citizen.id, office: this.office().id, blocked });
  }

  welcome() {
    const office = this.office();
    const say = (text) => make("button", { type: "button", class: "example", text, onclick: () => this.composer.say(text) });
    return [
      make("p", { text: word("phoneStart", { name: this.citizen.name, office: office.name }) }),
      make("button", { type: "button", class: "main", text: word("start"), onclick: () => act("start", { who: this.citizen.id, office: office.id }) }),
      make("p", { class: "dim", text: word("examples") }),
      ...["example1", "example2", "example3"].map((key) => say(word(key))),
    ];
  }
}

export class Phones {
  constructor(model, host, office, timeOf) {
    this.model = model;
    this.office = office;
    this.timeOf = timeOf;
    this.phones = new Map();
    this.host = host;
    this.row = host.querySelector(".phones");
    this.tabs = host.querySelector(".people");
    this.dialog = document.querySelector("#new-citizen");
    this.chosen = null;
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.added(event));
    this.dialog.querySelector("[data-word=cancel]").addEventListener("click", () => this.dialog.close());
    host.querySelector("#add-citizen").addEventListener("click", () => this.ask());
  }

  /** Have a phone for every citizen, and draw them all. */
  draw() {
    for (const citizen of this.model.citizens) {
      if (!this.phones.has(citizen.id)) {
        const phone = new Phone(this.model, citizen, this.office, this.timeOf);
        this.phones.set(citizen.id, phone);
        this.row.append(phone.element);
      }
    }
    this.host.dataset.count = String(Math.min(2, this.phones.size));
    this.chosen ??= this.model.citizens[0]?.id ?? null;
    for (const phone of this.phones.values()) phone.draw();
    this.drawTabs();
  }

  drawTabs() {
    const office = this.office();
    this.tabs.replaceChildren(
      ...this.model.citizens.map((citizen) => {
        const news = this.model.anyUnread([this.model.privateKey(office, citizen.id)]);
        const tab = make("button", { type: "button", class: "chip", "aria-pressed": String(citizen.id === this.chosen), onclick: () => this.choose(citizen.id) }, make("span", { class: `face tint-${tint(citizen.id)}`, "aria-hidden": "true", text: initials(citizen.name) }), make("span", { text: citizen.name }));
        if (news) tab.append(make("span", { class: "dot" }), make("span", { class: "hidden", text: word("unread") }));
        return tab;
      }),
    );
    for (const [id, phone] of this.phones) phone.element.classList.toggle("chosen", id === this.chosen);
  }

  choose(id) {
    this.chosen = id;
    this.drawTabs();
    const phone = this.phones.get(id);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.row.scrollTo({ left: phone.element.offsetLeft - this.row.offsetLeft, behavior: calm ? "auto" : "smooth" });
    phone.view.toEnd();
    phone.view.seen();
    this.drawTabs();
  }

  take(event) {
    for (const phone of this.phones.values()) {
      if (phone.key() === event.chat) phone.take(event);
    }
    if (event.kind === "message") this.drawTabs();
  }

  /** The page came into view: what's shown is read. */
  seen() {
    for (const phone of this.phones.values()) phone.view.seen();
    this.drawTabs();
  }

  ask() {
    const field = this.dialog.querySelector("input");
    const taken = this.model.citizens.map((citizen) => citizen.name);
    field.value = word("citizenNames").split("|").find((name) => !taken.includes(name)) ?? "";
    this.dialog.showModal();
    field.select();
  }

  async added(event) {
    event.preventDefault();
    const name = this.dialog.querySelector("input").value.trim();
    if (!name) return;
    this.dialog.close();
    const answer = await act("citizen", { name });
    if (answer) this.wanted = answer.id;
    this.follow();
  }

  /** Go to the phone that was asked for, as soon as it's there. */
  follow() {
    if (this.wanted && this.phones.has(this.wanted)) {
      this.choose(this.wanted);
      this.phones.get(this.wanted).composer.field.focus();
      this.wanted = null;
    }
  }
}
