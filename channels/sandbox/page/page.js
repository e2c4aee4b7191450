// The page: fetches what there is, follows what happens, and tells its parts.

import { fetchState, follow, onError } from "./api.js";
import { Clock } from "./clock.js";
import { Desk } from "./desk.js";
import { make } from "./dom.js";
import { authorOf, Model } from "./model.js";
import { Phones } from "./phones.js";
import { Strip } from "./strip.js";
import { toast } from "./toast.js";
import { chosenLanguage, fill, otherLanguage, word } from "./words.js";

const find = (selector) => document.querySelector(selector);

class Page {
  constructor(state) {
    this.model = new Model(state);
    this.chosen = this.officeFromAddress() ?? this.model.offices[0];
    const office = () => this.chosen;
    const clock = new Clock(this.model, find(".clock"), office);
    this.clock = clock;
    this.phones = new Phones(this.model, find("#citizens"), office, clock);
    this.desk = new Desk(this.model, find("#desk"), office, clock);
    this.strip = new Strip(this.model, find("#steps"), office, (text) => clock.dateOf(text));
    this.select = find("#office-select");
    this.bar = find(".offices");
    this.select.addEventListener("change", () => this.choose(this.select.value));
    find("#language").addEventListener("click", () => {
      otherLanguage();
      this.draw();
    });
    for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", () => this.show(tab.dataset.tab));
    addEventListener("hashchange", () => this.choose((this.officeFromAddress() ?? this.chosen).id));
    document.addEventListener("visibilitychange", () => this.drawBadges());
  }

  officeFromAddress() {
    return this.model.office(decodeURIComponent(location.hash.slice(1)));
  }

  choose(id) {
    if (id === this.chosen.id) return;
    this.chosen = this.model.office(id);
    history.replaceState(null, "", `#${encodeURIComponent(id)}`);
    this.draw();
  }

  /** On a phone one part fills the window. */
  show(tab) {
    document.body.dataset.tab = tab;
    for (const button of document.querySelectorAll(".tabs button")) {
      button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
    }
    if (tab === "citizens") this.phones.choose(this.phones.chosen);
    if (tab === "desk") this.desk.seen();
    if (tab === "steps") this.strip.draw();
    this.drawBadges();
  }

  draw() {
    document.documentElement.lang = chosenLanguage();
    fill(document);
    this.drawOffices();
    this.clock.draw();
    this.phones.draw();
    this.desk.draw();
    this.strip.draw();
    this.drawBadges();
  }

  drawOffices() {
    const offices = this.model.offices;
    this.select.replaceChildren(...offices.map((office) => make("option", { value: office.id, text: office.name })));
    this.select.value = this.chosen.id;
    this.bar.replaceChildren(
      ...offices.map((office) =>
        make("button", { type: "button", class: "office", "aria-pressed": String(office === this.chosen), title: `${office.name}, ${office.government}`, data: { office: office.id }, onclick: () => this.choose(office.id) }, make("span", { text: office.short })),
      ),
    );
  }

  keysOf(office, people) {
    return people.flatMap((person) => this.model.keysOf(office, person));
  }

  /** Small dots where something unread waits. */
  drawBadges() {
    const { model, chosen } = this;
    const dots = {
      citizens: model.anyUnread(this.keysOf(chosen, model.citizens)),
      desk: model.anyUnread([chosen.desk, ...this.keysOf(chosen, chosen.staff)]),
    };
    for (const button of document.querySelectorAll(".tabs button")) button.classList.toggle("news", Boolean(dots[button.dataset.tab]));
    for (const button of this.bar.children) {
      const office = model.office(button.dataset.office);
      const keys = [office.desk, ...this.keysOf(office, [...model.citizens, ...office.staff])];
      button.classList.toggle("news", office !== chosen && model.anyUnread(keys));
    }
  }

  feed(told) {
    const event = this.model.apply(told);
    if (!event) return;
    const isNew = ["message", "mail"].includes(event.kind);
    if (isNew) this.count(event);
    this.phones.take(event);
    this.desk.take(event);
    if (isNew) this.drawBadges();
  }

  count({ chat, kind, data }) {
    if (kind === "mail") this.model.chat(chat).unread += data.mine ? 0 : 1;
    else if (authorOf(data).is_bot || this.model.office(this.model.officeOf(chat)?.id)?.desk === chat) this.model.chat(chat).unread += 1;
  }

  follow(state) {
    follow(state.cursor, {
      feed: (event) => this.feed(event),
      strip: (rows) => {
        this.model.strip = rows;
        this.strip.draw();
      },
      citizens: (people) => {
        this.model.citizens = people;
        this.phones.draw();
        this.phones.follow();
      },
      clock: (clock) => {
        this.model.setClock(clock);
        this.clock.draw();
        this.phones.tick();
      },
      connected: (yes) => {
        find(".lost").hidden = yes;
        document.body.dataset.connected = yes ? "yes" : "no";
      },
      reset: () => location.reload(),
    });
  }
}

async function begin() {
  fill(document);
  onError((words) => toast(find("#notices"), words, { bad: true }));
  document.body.dataset.tab = "citizens";
  let state;
  try {
    state = await fetchState();
  } catch {
    find(".lost").hidden = false;
    setTimeout(() => location.reload(), 2000);
    return;
  }
  const page = new Page(state);
  page.draw();
  page.show("citizens");
  page.follow(state);
  document.body.dataset.ready = word("connected");
}

begin();
