// One chat as a list of bubbles that follows the model. The arrow keys walk through it; Enter opens a message's menu.

import { icon, iconButton, initials, isInView, make, tint } from "./dom.js";
import { openMenu } from "./menu.js";
import { messageBody, messageButtons, messageFoot, serviceWords } from "./message.js";
import { authorOf, fullName } from "./model.js";
import { word } from "./words.js";

const NEAR_END_PX = 120;
const CARD_LINES = 4;

// A sheet of its own, with buttons or after they were taken away.
const isLong = (message) => (message.text ?? "").split("\n").length >= CARD_LINES;

export class ChatView {
  /**
   * `room`: {me(), press(message, data), command(text), link(url), reply(message), edit(message), timeOf(seconds),
   * dayOf(seconds), named: whether writers are named, empty(): what stands in a chat without messages}. Without `reply`
   * or `edit` nobody can do that there.
   */
  constructor(model, room) {
    this.model = model;
    this.room = { ...room, showsQuote: (message) => this.showsQuote(message) };
    this.key = "";
    this.thread = null; // a topic's number, 0 for the general one, null for everything
    this.nodes = new Map();
    this.list = make("div", { class: "log-list" });
    this.empty = make("div", { class: "log-empty" });
    this.jump = make("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon("down"), make("span", { text: word("newMessages") }));
    this.scroller = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": word("messages"), tabindex: "0", onkeydown: (event) => this.walk(event) }, this.empty, this.list);
    this.element = make("div", { class: "log-frame" }, this.scroller, this.jump);
    this.scroller.addEventListener("scroll", () => {
      if (this.nearEnd()) this.jump.hidden = true;
    });
    new ResizeObserver(() => this.stick && this.toEnd()).observe(this.scroller);
    this.scroller.addEventListener("load", () => this.stick && this.toEnd(), true);
    this.stick = true;
    this.scroller.addEventListener("scroll", () => (this.stick = this.nearEnd()), { passive: true });
  }

  /** Show a chat, or one topic of it, from its beginning to its end. */
  show(key, thread = null) {
    this.key = key;
    this.thread = thread;
    this.draw();
  }

  /** Draw everything again. */
  draw() {
    this.nodes.clear();
    this.day = "";
    this.list.replaceChildren();
    this.jump.hidden = true;
    this.jump.lastChild.textContent = word("newMessages");
    this.scroller.setAttribute("aria-live", "off"); // what was there already isn't read out
    for (const message of this.model.chat(this.key).messages.values()) this.put(message);
    this.drawEmpty();
    this.toEnd();
    requestAnimationFrame(() => this.scroller.setAttribute("aria-live", "polite"));
    this.seen();
  }

  /** Fold in one event of this chat. */
  take({ kind, data }) {
    if (kind === "message" || kind === "edited") {
      const atEnd = this.nearEnd();
      this.put(data);
      if (atEnd || authorOf(data).id === this.room.me()) this.toEnd();
      else if (kind === "message") this.jump.hidden = false;
    } else if (kind === "deleted") {
      this.nodes.get(data.message_id)?.remove();
      this.nodes.delete(data.message_id);
    }
    this.drawEmpty();
    this.seen();
  }

  /** What's on the screen is read. */
  seen() {
    if (isInView(this.element)) this.model.chat(this.key).unread = 0;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
    this.stick = true;
  }

  nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** Whether a reply's target stands above it: never for a topic's first message, which every message there answers. */
  showsQuote(message) {
    const target = message.reply_to_message;
    return Boolean(target) && !target.forum_topic_created;
  }

  belongs(message) {
    if (this.thread === null) return true;
    const thread = message.is_topic_message ? message.message_thread_id : 0;
    return thread === this.thread || message.message_id === this.thread;
  }

  drawEmpty() {
    const bare = this.nodes.size === 0;
    this.empty.hidden = !bare;
    if (bare) this.empty.replaceChildren(...this.room.empty(this.model.chat(this.key)));
    else this.empty.replaceChildren();
  }

  put(message) {
    if (!this.belongs(message)) return;
    const node = this.node(message);
    if (!node) return;
    const old = this.nodes.get(message.message_id);
    if (old) {
      const focused = old.contains(document.activeElement);
      old.replaceWith(node);
      if (focused) node.focus({ preventScroll: true });
    } else this.append(node, this.room.dayOf(message.date));
    this.nodes.set(message.message_id, node);
    const before = node.previousElementSibling;
    const sameWriter = before && before.dataset.author === node.dataset.author && before.dataset.kind === "words";
    node.classList.toggle("follows", Boolean(sameWriter));
    node.classList.toggle("same-topic", before?.dataset.topic === node.dataset.topic);
  }

  /** Put a message at the end; a new day is named above it. */
  append(node, day) {
    if (this.day && day !== this.day) this.list.append(make("div", { class: "service day", text: day, data: { kind: "service" } }));
    this.day = day;
    this.list.append(node);
  }

  node(message) {
    const service = serviceWords(message);
    if (service) return make("div", { class: "service", text: service, data: { kind: "service", id: message.message_id } });
    const author = authorOf(message);
    const mine = author.id === this.room.me();
    const buttons = messageButtons(message, this.room);
    const bubble = make("div", { class: "bubble" });
    if (this.room.named && !mine) bubble.append(make("div", { class: `writer tint-${tint(author.id)}`, text: fullName(author) }));
    if (this.thread === null && message.is_topic_message) bubble.append(this.topicLabel(message));
    const foot = messageFoot(message, this.room.timeOf);
    bubble.append(messageBody(message, this.room), foot);
    if (this.actions(message).length) {
      const more = iconButton("more", word("messageMenu"), { class: "round more", tabindex: "-1", "aria-haspopup": "menu" });
      more.addEventListener("click", () => openMenu(more, this.actions(message), word("messageMenu")));
      foot.prepend(more);
    }
    const face = this.room.named && !mine ? make("span", { class: `face tint-${tint(author.id)}`, "aria-hidden": "true", text: initials(fullName(author)) }) : null;
    const kind = author.is_bot && isLong(message) ? ` card${buttons ? "" : " spent"}` : "";
    return make(
      "article",
      {
        class: `message ${mine ? "mine" : "theirs"}${author.is_bot ? " bot" : ""}${kind}${message.sticker ? " bare" : ""}`,
        tabindex: "-1",
        "aria-label": fullName(author),
        data: { id: message.message_id, author: author.id ?? "", topic: message.is_topic_message ? message.message_thread_id : 0, kind: "words" },
      },
      face,
      make("div", { class: "stack" }, bubble, buttons),
    );
  }

  topicLabel(message) {
    const topic = this.model.chat(this.key).topics.get(message.message_thread_id);
    return make("div", { class: "topic-label", text: topic?.name ?? "" });
  }

  /** What can be done to a message, as items of a menu. */
  actions(message) {
    const items = [];
    const own = authorOf(message).id === this.room.me();
    if (this.room.reply) items.push({ label: word("reply"), icon: "reply", run: () => this.room.reply(message) });
    if (this.room.edit && own && (message.text || message.caption)) {
      items.push({ label: word("edit"), icon: "edit", run: () => this.room.edit(message) });
    }
    return items;
  }

  walk(event) {
    const items = [...this.list.querySelectorAll("article")];
    const here = items.indexOf(document.activeElement?.closest?.("article"));
    if (event.key === "Enter" && document.activeElement?.matches("article")) {
      event.preventDefault();
      items[here].querySelector(".more")?.click();
      return;
    }
    const end = items.length - 1;
    const moves = { ArrowUp: here < 0 ? end : Math.max(0, here - 1), ArrowDown: here < 0 ? end : Math.min(end, here + 1) };
    if (!(event.key in moves) || end < 0) return;
    event.preventDefault();
    items[moves[event.key]].focus();
  }
}
