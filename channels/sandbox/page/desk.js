// The right side: the staff group of the office, and the private chat of whoever speaks.

import { act } from "./api.js";
import { initials, isShown, make, tint } from "./dom.js";
import { keyboardOf, makeRoom } from "./room.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const ALL = null;
const GENERAL = 0;

export class Desk {
  constructor(model, host, office, clock) {
    this.model = model;
    this.office = office;
    this.tab = "group";
    this.topic = ALL;
    this.speakers = new Map(); // office id -> the account that speaks there
    this.toasts = host.querySelector(".toasts");
    this.title = host.querySelector(".desk-title");
    this.tabs = host.querySelector(".desk-tabs");
    this.topics = host.querySelector(".topics");
    this.chips = host.querySelector(".speakers");
    this.withTopics = host.querySelector("#with-topics");
    this.withTopics.addEventListener("change", () => act("desk", { office: this.office().id, topics: this.withTopics.checked }));
    const { view, composer } = makeRoom(model, () => this.place(), { named: true, clock, empty: () => this.welcome(), mention: (who) => this.mentioned(who) });
    this.view = view;
    this.composer = composer;
    host.querySelector(".desk-room").append(view.element, composer.element);
    document.addEventListener("bot-opened", ({ detail }) => {
      if (detail.who === this.speaker() && detail.office === this.office().id) this.open("private");
    });
  }

  speaker() {
    const office = this.office();
    return this.speakers.get(office.id) ?? office.staff[0]?.id ?? null;
  }

  member() {
    return this.office().staff.find((member) => member.id === this.speaker());
  }

  key() {
    return this.tab === "group" ? this.office().desk : this.model.privateKey(this.office(), this.speaker());
  }

  place() {
    const member = this.member();
    if (!member) return null;
    const thread = this.tab === "group" && this.topic !== ALL && this.topic !== GENERAL ? this.topic : null;
    return { who: member.id, name: member.name, chat: this.key(), office: this.office().id, thread };
  }

  /** Draw everything: the office or the language is new. */
  draw() {
    const chat = this.model.chat(this.office().desk);
    if (!chat.info.is_forum || !this.knows(chat, this.topic)) this.topic = ALL;
    this.title.textContent = chat.info.title ?? word("deskOf");
    this.withTopics.checked = Boolean(chat.info.is_forum);
    this.drawAround();
    this.view.show(this.key(), this.tab === "group" && chat.info.is_forum ? this.topic : ALL);
    this.composer.showKeys(this.tab === "private" ? keyboardOf(this.model.chat(this.key())) : null);
    this.composer.refresh();
    this.drawAround();
  }

  knows(chat, topic) {
    return topic === ALL || topic === GENERAL || chat.topics.has(topic);
  }

  drawAround() {
    this.drawTabs();
    this.drawTopics();
    this.drawSpeakers();
  }

  drawTabs() {
    const name = this.member()?.name ?? "";
    const tabs = [
      ["group", word("deskGroup"), this.office().desk],
      ["private", word("deskPrivate"), this.model.privateKey(this.office(), this.speaker())],
    ];
    refill(
      this.tabs,
      tabs.map(([id, label, key]) => ({ id, label, tail: id === "private" ? name : "", pressed: this.tab === id, news: this.model.anyUnread([key]), run: () => this.open(id) })),
    );
  }

  drawTopics() {
    const chat = this.model.chat(this.office().desk);
    this.topics.hidden = this.tab !== "group" || !chat.info.is_forum;
    const rows = [
      { id: "all", label: word("topicAll"), topic: ALL },
      { id: "general", label: word("topicGeneral"), topic: GENERAL },
      ...[...chat.topics.values()].reverse().map((topic) => ({ id: `t${topic.message_thread_id}`, label: topic.name, topic: topic.message_thread_id, closed: topic.closed })),
    ];
    refill(this.topics, rows.map((row) => ({ ...row, pressed: this.topic === row.topic, run: () => this.chooseTopic(row.topic) })));
  }

  drawSpeakers() {
    refill(
      this.chips,
      this.office().staff.map((member) => ({
        id: member.id,
        label: member.name,
        detail: member.title,
        face: member,
        pressed: member.id === this.speaker(),
        news: this.model.anyUnread([this.model.privateKey(this.office(), member.id)]),
        run: () => this.speak(member.id),
      })),
    );
  }

  /** A name in a message was pressed: that person speaks, if they work here. */
  mentioned(who) {
    if (this.office().staff.some((member) => member.id === who)) this.speak(who);
  }

  /** Let somebody speak. */
  speak(who) {
    this.speakers.set(this.office().id, who);
    this.draw();
  }

  open(tab) {
    this.tab = tab;
    this.draw();
  }

  chooseTopic(topic) {
    this.topic = topic;
    this.draw();
  }

  take(event) {
    if (event.kind === "alert" && event.data.text) this.alert(event);
    const here = event.chat === this.key();
    if (event.chat === this.office().desk && ["topic", "chat"].includes(event.kind)) this.draw();
    else if (here) {
      this.view.take(event);
      if (event.kind === "message" && this.tab === "private") this.composer.showKeys(keyboardOf(this.model.chat(this.key())));
    }
    if (["message", "topic", "chat"].includes(event.kind)) this.drawAround();
  }

  alert({ chat, data }) {
    const office = this.office();
    const person = office.staff.find((member) => member.id === data.user_id);
    if (!person || (chat !== office.desk && !chat.startsWith(`${office.bot.id}:`))) return;
    toast(this.toasts, data.text, { stays: data.show_alert, about: word("forPerson", { name: person.name }) });
  }

  seen() {
    if (isShown(this.view.element)) {
      this.view.seen();
      this.view.toEnd();
    }
    this.drawAround();
  }

  welcome() {
    if (this.tab === "group") return [make("p", { text: word("deskEmpty") })];
    const member = this.member();
    if (!member) return [];
    return [
      make("p", { text: word("privateEmpty", { name: member.name }) }),
      make("button", { type: "button", class: "main", text: word("start"), onclick: () => act("start", { who: member.id, office: this.office().id }) }),
    ];
  }
}

/** Put toggle buttons into a bar; the one that had the focus keeps it. */
function refill(bar, rows) {
  const focused = bar.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  bar.replaceChildren(
    ...rows.map((row) => {
      const button = make("button", { type: "button", class: "chip", "aria-pressed": String(row.pressed), data: { id: row.id }, onclick: row.run });
      if (row.face) button.append(make("span", { class: `face tint-${tint(row.face.id)}`, "aria-hidden": "true", text: initials(row.face.name) }));
      button.append(make("span", { class: "chip-words" }, make("span", {}, row.label, row.tail ? make("span", { class: "tail", text: ` ${row.tail}` }) : null), row.detail ? make("small", { text: row.detail }) : null));
      if (row.news) button.append(make("span", { class: "dot" }), make("span", { class: "hidden", text: word("unread") }));
      return button;
    }),
  );
  if (focused) bar.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
}
