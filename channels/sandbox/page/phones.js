// The left side: a phone for each citizen, with the apps by which they reach the office that is chosen.

import { act } from "./api.js";
import { APPS, ChatApp } from "./app.js";
import { icon, iconButton, initials, make, tint } from "./dom.js";
import { spoken } from "./lines.js";
import { MailApp } from "./mail.js";
import { openMenu } from "./menu.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const TABS = { telegram: "appTelegram", whatsapp: "appWhatsapp", sms: "appSms", mail: "appMail" }; // in this order

class Phone {
  constructor(model, citizen, office, clock) {
    this.model = model;
    this.citizen = citizen;
    this.office = office; // a function: the office that is chosen
    this.clock = clock;
    this.apps = new Map();
    this.tab = "telegram";
    this.title = make("div", { class: "phone-title" });
    this.sub = make("div", { class: "phone-sub" });
    this.sign = make("span", { class: "face phone-face", "aria-hidden": "true" });
    this.more = iconButton("more", word("more"), { "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => openMenu(this.more, this.app().menu(), word("more")) });
    this.owner = make("h3", { class: "phone-owner" });
    this.toasts = make("div", { class: "toasts" });
    this.bar = make("nav", { class: "apps" });
    this.screen = make("div", { class: "screen" });
    this.element = make(
      "article",
      { class: "phone", data: { citizen: citizen.id } },
      this.owner,
      make("div", { class: "phone-body" }, this.bar, make("header", { class: "phone-top" }, this.sign, make("div", { class: "phone-names" }, this.title, this.sub), this.more), this.screen, this.toasts),
    );
  }

  /** The key of what an app shows, "" where the citizen or the office doesn't have it. */
  keyOf(tab) {
    if (tab === "mail") return this.model.mailKey(this.office(), this.citizen);
    return APPS[tab].key(this.model, this.office(), this.citizen);
  }

  /** The app that's open; apps are made when they're opened first. */
  app() {
    if (!this.apps.has(this.tab)) this.apps.set(this.tab, this.tab === "mail" ? new MailApp(this) : new ChatApp(this.tab, this));
    return this.apps.get(this.tab);
  }

  subtitle(text) {
    this.sub.textContent = text;
  }

  open(tab) {
    this.tab = tab;
    this.draw();
  }

  /** Draw everything: the office, the language, the app or the phone is new. */
  draw() {
    if (!this.keyOf(this.tab)) this.tab = "telegram";
    const office = this.office();
    this.element.dataset.app = this.tab;
    this.element.setAttribute("aria-label", word("phoneOf", { name: this.citizen.name }));
    this.owner.replaceChildren(
      make("span", { class: `face tint-${tint(this.citizen.id)}`, "aria-hidden": "true", text: initials(this.citizen.name) }),
      make("span", { text: this.citizen.name }),
      this.citizen.number ? make("small", { class: "dim number", text: spoken(this.citizen.number) }) : "",
    );
    this.title.textContent = office.name;
    this.sign.textContent = initials(office.short);
    this.more.title = word("more");
    if (this.screen.firstChild !== this.app().element) this.screen.replaceChildren(this.app().element);
    this.app().draw();
    this.drawBar();
  }

  drawBar() {
    const tabs = Object.keys(TABS).filter((tab) => this.keyOf(tab));
    this.bar.hidden = tabs.length < 2;
    this.bar.setAttribute("aria-label", word("apps"));
    const focused = this.bar.contains(document.activeElement) ? document.activeElement.dataset.app : null;
    this.bar.replaceChildren(
      ...tabs.map((tab) => {
        const news = tab !== this.tab && this.model.anyUnread([this.keyOf(tab)]);
        const button = make("button", { type: "button", "aria-pressed": String(tab === this.tab), data: { app: tab }, onclick: () => this.open(tab) }, icon(tab), make("span", { text: word(TABS[tab]) }));
        if (news) button.append(make("span", { class: "dot" }), make("span", { class: "hidden", text: word("unread") }));
        return button;
      }),
    );
    if (focused) this.bar.querySelector(`[data-app="${focused}"]`)?.focus();
  }

  take(event) {
    if (event.chat === this.keyOf(this.tab)) this.app().take(event);
    if (event.kind === "alert" && event.data.text) toast(this.toasts, event.data.text, { stays: event.data.show_alert });
    if (["message", "mail"].includes(event.kind)) this.drawBar();
  }

  seen() {
    this.app().seen();
    this.drawBar();
  }
}

export class Phones {
  constructor(model, host, office, clock) {
    this.model = model;
    this.office = office;
    this.clock = clock;
    this.phones = new Map();
    this.host = host;
    this.row = host.querySelector(".phones");
    this.tabs = host.querySelector(".people");
    this.dialog = document.querySelector("#new-citizen");
    this.chosen = null;
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.added(event));
    this.dialog.querySelector("[data-word=cancel]").addEventListener("click", () => this.dialog.close());
    host.querySelector("#add-citizen").addEventListener("click", () => this.ask());
    document.addEventListener("mail-seen", () => this.drawTabs());
  }

  /** Have a phone for every citizen, and draw them all. */
  draw() {
    for (const citizen of this.model.citizens) {
      if (!this.phones.has(citizen.id)) {
        const phone = new Phone(this.model, citizen, this.office, this.clock);
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
        const news = this.model.anyUnread(this.model.keysOf(office, citizen));
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
    phone.app().toEnd();
    phone.seen();
    this.drawTabs();
  }

  take(event) {
    for (const phone of this.phones.values()) {
      if (this.model.keysOf(this.office(), phone.citizen).includes(event.chat)) phone.take(event);
    }
    if (["message", "mail"].includes(event.kind)) this.drawTabs();
  }

  /** The clock was turned. */
  tick() {
    for (const phone of this.phones.values()) phone.app().tick();
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
      this.phones.get(this.wanted).app().focus();
      this.wanted = null;
    }
  }
}
