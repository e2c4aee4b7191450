// What the page knows: the state as fetched, with every event folded in. Nothing here touches the document.

import { changed, fromBubble } from "./lines.js";

const WINDOW_MS = 24 * 3_600_000;

export class Model {
  constructor(state) {
    this.take(state);
  }

  /** Begin anew from a fetched state. */
  take(state) {
    this.offices = state.offices;
    this.citizens = state.citizens;
    this.samples = state.samples;
    this.strip = state.strip;
    this.chats = new Map();
    for (const [key, view] of Object.entries(state.chats)) {
      const chat = this.chat(key);
      chat.info = view.chat;
      chat.blocked = view.blocked;
      chat.started = true;
      for (const topic of view.topics) chat.topics.set(topic.message_thread_id, { ...topic });
      for (const message of view.messages) chat.messages.set(message.message_id, message);
    }
    for (const view of state.lines ?? []) {
      this.chat(view.key).blocked = view.blocked;
      for (const bubble of view.bubbles) this.foldLine(view.key, "message", bubble);
    }
    for (const [address, mails] of Object.entries(state.mails ?? {})) {
      for (const mail of mails) this.foldMail(`mail:${address}`, { ...mail, read: true });
    }
    this.setClock(state.clock);
  }

  /** The chat with that key, empty if nobody wrote there yet. */
  chat(key) {
    if (!this.chats.has(key)) {
      this.chats.set(key, { key, info: {}, blocked: false, started: false, unread: 0, topics: new Map(), messages: new Map() });
    }
    return this.chats.get(key);
  }

  office(id) {
    return this.offices.find((office) => office.id === id);
  }

  /** The key of a person's own chat with an office's bot. */
  privateKey(office, who) {
    return `${office.bot.id}:${who}`;
  }

  /** The key of a citizen's chat with an office's WhatsApp or SMS line; "" where one of them has none. */
  lineKey(office, channel, citizen) {
    const line = office.lines?.[channel];
    return line && citizen.phone ? `${line.sid}:${citizen.phone}` : "";
  }

  /** The key of a citizen's mails with an office; "" where one of them has no mailbox. */
  mailKey(office, citizen) {
    return office.mail && citizen.mail ? `mail:${citizen.mail} ${office.mail}` : "";
  }

  /** The keys of everything a citizen has with an office. */
  keysOf(office, citizen) {
    const lines = Object.keys(office.lines ?? {}).map((channel) => this.lineKey(office, channel, citizen));
    return [this.privateKey(office, citizen.id), ...lines, this.mailKey(office, citizen)].filter(Boolean);
  }

  /** The office a chat belongs to. */
  officeOf(key) {
    return this.offices.find((office) => office.desk === key || key.startsWith(`${office.bot.id}:`));
  }

  /** Whose chat on which office's line this is, or null. */
  lineOf(key) {
    const [sid, phone] = key.split(":");
    const office = this.offices.find((one) => Object.values(one.lines ?? {}).some((line) => line.sid === sid));
    const citizen = office && this.citizens.find((one) => String(one.phone) === phone);
    return citizen ? { office, citizen } : null;
  }

  /** What a person is called, wherever they are known. */
  nameOf(who) {
    const staff = this.offices.flatMap((office) => office.staff);
    return [...this.citizens, ...staff].find((person) => person.id === who)?.name ?? "";
  }

  isCitizen(who) {
    return this.citizens.some((person) => person.id === who);
  }

  /** Fold one event of the feed in; the event as the parts of the page take it, or null for what none of them shows. */
  apply(event) {
    const { kind, chat: key, data } = event;
    if (key.startsWith("mail:")) return this.foldMail(key, data);
    if (this.lineOf(key)) return this.foldLine(key, kind, data);
    const chat = this.chat(key);
    if (kind === "message" || kind === "edited") chat.messages.set(data.message_id, data);
    else if (kind === "deleted") chat.messages.delete(data.message_id);
    else if (kind === "blocked") chat.blocked = data.blocked;
    else if (kind === "topic") foldTopic(chat, data);
    else if (kind === "chat") {
      chat.info = data;
      chat.started = true;
    }
    return event;
  }

  foldLine(key, kind, data) {
    const chat = this.chat(key);
    const place = this.lineOf(key);
    if (kind === "blocked") chat.blocked = data.blocked;
    if (["action", "blocked"].includes(kind)) return { kind, chat: key, data };
    const known = chat.messages.get(data.id);
    if (!place || (kind !== "message" && !known)) return null;
    const message = kind === "message" ? fromBubble(data, chat, place.citizen, place.office) : changed(known, kind, data);
    chat.messages.set(message.message_id, message);
    return { kind: kind === "message" ? "message" : "edited", chat: key, data: message };
  }

  foldMail(key, mail) {
    const other = (mail.mine ? mail.to : mail.from).replace(/\+[^@]*@/, "@");
    const chat = this.chat(`${key} ${other}`);
    chat.messages.set(mail.id, mail);
    return { kind: "mail", chat: chat.key, data: mail };
  }

  /** Whether an office may not write freely there any more: the citizen's last WhatsApp message is a day old. */
  isOutsideWindow(key) {
    const heard = [...this.chat(key).messages.values()].findLast((message) => message.line?.mine);
    return Boolean(heard) && this.now() - heard.date * 1000 >= WINDOW_MS;
  }

  /** Remember the office's time and when we were told, so that it goes on by itself. */
  setClock(clock) {
    this.clock = clock;
    this.clockTold = performance.now();
  }

  /** The office's time now, as milliseconds. */
  now() {
    return Date.parse(this.clock.now) + performance.now() - this.clockTold;
  }

  /** Whether something unread waits in one of these chats. */
  anyUnread(keys) {
    return keys.some((key) => this.chats.get(key)?.unread > 0);
  }
}

function foldTopic(chat, data) {
  if (data.state === "deleted") chat.topics.delete(data.message_thread_id);
  else chat.topics.set(data.message_thread_id, { ...data, closed: data.state === "closed" });
}

/** Who wrote a message, as the page shows it. */
export function authorOf(message) {
  return message.really_from ?? message.from ?? {};
}

export function fullName(user) {
  return [user.first_name, user.last_name].filter(Boolean).join(" ");
}

/** A few words that stand for a message, for a quote above a reply. */
export function gist(message, word) {
  if (message.text) return message.text;
  if (message.caption) return message.caption;
  if (message.photo) return word("photo");
  if (message.document) return message.document.file_name ?? word("file");
  if (message.voice) return word("voiceNote");
  if (message.venue) return message.venue.title;
  if (message.location) return word("location");
  if (message.sticker) return word("sticker");
  if (message.contact) return word("contact");
  return "…";
}
