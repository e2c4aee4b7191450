// A phone's mail program: the citizen's mails with the office as threads, an open thread, and new mails.

import { act } from "./api.js";
import { icon, iconButton, initials, isInView, make, tint } from "./dom.js";
import { openMenu } from "./menu.js";
import { size } from "./message.js";
import { word } from "./words.js";

// What a mail can carry here: the words in the menu, and the samples.
const OFFERS = [
  ["attachKtp", "ktp"],
  ["attachKk", "kk"],
  ["attachRoad", "road"],
  ["attachKtpBlurred", "ktp_blurred"],
];
const LIST = null;
const NEW = "new";

let number = 0;

export class MailApp {
  /** `phone`: {model, citizen, office(), clock, subtitle(text)}. */
  constructor(phone) {
    this.phone = phone;
    this.model = phone.model;
    this.open = LIST; // LIST, NEW, or the number of a mail in the open thread
    this.full = new Set(); // mails whose quotation is shown
    this.writer = new Writer(phone);
    this.scroller = make("div", { class: "mail-body", tabindex: "0", role: "region" });
    this.head = make("div", { class: "mail-head" });
    this.element = make("div", { class: "app app-mail" }, this.head, this.scroller, this.writer.element);
  }

  key() {
    return this.model.mailKey(this.phone.office(), this.phone.citizen);
  }

  mails() {
    return [...this.model.chat(this.key()).messages.values()];
  }

  draw() {
    this.phone.subtitle(this.phone.office().mail);
    if (this.drawnFor !== this.key()) this.open = LIST;
    this.drawnFor = this.key();
    this.refresh();
    this.toEnd();
  }

  /** Time went on: nothing here depends on it. */
  tick() {}

  take({ kind, data }) {
    if (kind !== "mail") return;
    if (this.open === NEW && data.mine) this.open = data.id; // what was just sent is shown
    this.refresh();
    this.toEnd();
  }

  /** Mails of an open thread that's on the screen are read. */
  seen() {
    const thread = this.thread();
    if (thread && isInView(this.element)) for (const mail of thread) mail.read = true;
    this.model.chat(this.key()).unread = this.mails().filter((mail) => !mail.mine && !mail.read).length;
  }

  thread() {
    return threads(this.mails()).find((mails) => mails.some((mail) => mail.id === this.open)) ?? null;
  }

  menu() {
    return [{ label: word("mailNew"), icon: "edit", run: () => this.go(NEW) }];
  }

  focus() {
    this.writer.focus();
  }

  /** Show the newest mail from its beginning, or the list from its top. */
  toEnd() {
    this.scroller.scrollTop = (this.thread() && this.scroller.lastElementChild?.offsetTop) || 0;
  }

  go(where) {
    this.open = where;
    this.refresh();
    this.toEnd();
    if (where === NEW) this.writer.focus();
  }

  refresh() {
    const thread = this.thread();
    this.seen();
    document.dispatchEvent(new CustomEvent("mail-seen"));
    this.scroller.setAttribute("aria-label", word("mails"));
    this.element.classList.toggle("writing", this.open === NEW);
    this.writer.show(this.open === NEW ? null : (thread?.findLast((mail) => !mail.mine) ?? thread?.at(-1) ?? null), this.open !== LIST);
    if (this.open === LIST || (this.open !== NEW && !thread)) this.drawList();
    else if (this.open === NEW) this.drawNew();
    else this.drawThread(thread);
  }

  drawHead(title) {
    const back = iconButton("back", word("mailBack"), { onclick: () => this.go(LIST) });
    this.head.hidden = false;
    this.head.replaceChildren(back, make("h4", { class: "mail-subject", text: title }));
  }

  drawList() {
    this.head.hidden = true;
    const rows = threads(this.mails()).map((mails) => this.row(mails));
    const empty = make("p", { class: "mail-empty", text: word("mailEmpty", { name: this.phone.citizen.name, office: this.phone.office().name }) });
    const write = make("button", { type: "button", class: "main mail-new", onclick: () => this.go(NEW) }, icon("edit"), make("span", { text: word("mailNew") }));
    this.scroller.replaceChildren(...(rows.length ? rows : [empty]), write);
  }

  row(mails) {
    const last = mails.at(-1);
    const news = mails.some((mail) => !mail.mine && !mail.read);
    const who = last.mine ? word("mailMe") : last.name || last.from;
    return make(
      "button",
      { type: "button", class: `mail-row${news ? " unread" : ""}`, onclick: () => this.go(last.id) },
      face(last),
      make(
        "span",
        { class: "mail-words" },
        make("span", { class: "mail-line" }, make("span", { class: "mail-who", text: mails.length > 1 ? `${who} (${mails.length})` : who }), make("time", { text: this.when(last) })),
        make("strong", { text: mails[0].subject || word("mailNoSubject") }),
        make("small", { text: (last.words || last.text).replace(/\s+/g, " ").slice(0, 90) }),
      ),
      news ? make("span", { class: "dot" }) : null,
    );
  }

  drawThread(thread) {
    this.drawHead(thread[0].subject || word("mailNoSubject"));
    this.scroller.replaceChildren(...thread.map((mail) => this.mail(mail)));
  }

  drawNew() {
    this.drawHead(word("mailNew"));
    this.scroller.replaceChildren(this.writer.fields);
  }

  mail(mail) {
    const quoted = mail.mine && mail.text.trim() !== mail.words.trim();
    const shown = !quoted || this.full.has(mail.id);
    const toggle = () => {
      if (!this.full.delete(mail.id)) this.full.add(mail.id);
      this.refresh();
    };
    const files = mail.attached.map((file, place) => this.file(mail, file, place));
    return make(
      "article",
      { class: `mail${mail.mine ? " mine" : " theirs"}`, data: { id: mail.id }, "aria-label": mail.name || mail.from },
      make(
        "header",
        { class: "mail-top" },
        face(mail),
        make("span", { class: "mail-words" }, make("span", { class: "mail-line" }, make("strong", { text: mail.name || mail.from }), make("time", { text: this.when(mail) })), make("small", { text: word("mailTo", { to: mail.to }) })),
      ),
      make("div", { class: "text" }, ...(shown ? linesOf(mail.text) : [mail.words])),
      quoted ? make("button", { type: "button", class: "mail-quotes", text: word(shown ? "mailLess" : "mailMore"), onclick: toggle }) : null,
      files.length ? make("div", { class: "mail-files" }, ...files) : null,
    );
  }

  file(mail, file, place) {
    const address = `/api/mails/${this.phone.citizen.id}/${mail.id}/${place}`;
    const sign = file.mime.startsWith("image/") ? make("img", { src: address, alt: "", loading: "lazy" }) : icon("file");
    return make(
      "a",
      { class: "fact", href: address, target: "_blank", rel: "noopener noreferrer" },
      make("span", { class: "fact-sign" }, sign),
      make("span", { class: "fact-words" }, make("strong", { text: file.name || word("file") }), make("small", { text: size(file.size) })),
    );
  }

  when(mail) {
    return this.phone.clock.briefly(mail.at);
  }
}

/** Where a mail is written: its fields where it's new, a field for the answer under an open thread. */
class Writer {
  constructor(phone) {
    this.phone = phone;
    this.samples = [];
    this.answers = null;
    number += 1;
    const named = (name) => `mail-${name}-${number}`;
    this.subject = make("input", { id: named("subject"), maxlength: 200, autocomplete: "off" });
    this.to = make("span", { class: "mail-address" });
    this.labels = { to: make("span", { class: "dim" }), subject: make("label", { class: "dim", for: named("subject") }), text: make("label", { class: "hidden", for: named("text") }) };
    this.field = make("textarea", { id: named("text"), rows: 1, maxlength: 20000, autocomplete: "off", oninput: () => this.grow() });
    this.attach = iconButton("attach", word("attach"), { "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.offer() });
    this.submit = iconButton("send", word("send"), { class: "round send", type: "submit" });
    this.files = make("div", { class: "mail-chosen", hidden: true });
    this.fields = make("div", { class: "mail-fields" }, make("div", {}, this.labels.to, this.to), make("div", {}, this.labels.subject, this.subject));
    this.element = make("form", { class: "composer", onsubmit: (event) => this.send(event) }, this.files, make("div", { class: "write" }, this.attach, this.labels.text, this.field, this.submit));
  }

  /** Be there or not; `mail` is the one that's answered, null for a new one. */
  show(mail, there) {
    const { name } = this.phone.citizen;
    this.answers = mail;
    this.element.hidden = !there;
    this.to.textContent = this.phone.office().mail ?? "";
    this.labels.to.textContent = word("mailToLabel");
    this.labels.subject.textContent = word("mailSubject");
    this.labels.text.textContent = word("writeAs", { name });
    this.field.placeholder = word(mail ? "mailAnswer" : "mailText");
    for (const [part, key] of [[this.attach, "attach"], [this.submit, "send"]]) {
      part.title = word(key);
      part.setAttribute("aria-label", word(key));
    }
    this.drawFiles();
    this.grow();
  }

  focus() {
    (this.answers || this.subject.value || !this.subject.isConnected ? this.field : this.subject).focus();
  }

  grow() {
    this.field.style.setProperty("height", this.answers ? "auto" : "");
    if (this.answers) this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, 160)}px`);
  }

  offer() {
    const items = OFFERS.map(([label, sample]) => ({ label: word(label), hint: word("hintSample"), image: `/samples/${sample}`, run: () => this.add(label, sample) }));
    openMenu(this.attach, items, word("attach"));
  }

  add(label, sample) {
    this.samples.push([label, sample]);
    this.drawFiles();
  }

  drawFiles() {
    this.files.hidden = this.samples.length === 0;
    const drop = (place) => {
      this.samples.splice(place, 1);
      this.drawFiles();
    };
    this.files.replaceChildren(
      ...this.samples.map(([label], place) =>
        make("button", { type: "button", class: "chip", title: word("drop"), onclick: () => drop(place) }, icon("attach"), make("span", { text: word(label) }), icon("close")),
      ),
    );
  }

  async send(event) {
    event.preventDefault();
    const [subject, text, samples] = [this.subject.value.trim(), this.field.value.trim(), this.samples];
    if (!text && !samples.length) return;
    const answers = this.answers?.id ?? null;
    const body = { who: this.phone.citizen.id, office: this.phone.office().id, subject: answers === null ? subject : "", text, samples: samples.map(([, sample]) => sample), answers };
    this.submit.disabled = true;
    const done = await act("mail", body);
    this.submit.disabled = false;
    if (!done) return;
    this.subject.value = "";
    this.field.value = "";
    this.samples = [];
    this.drawFiles();
    this.grow();
  }
}

/** Mails that name each other stand together, oldest first; the thread with the newest mail comes first. */
export function threads(mails) {
  let groups = [];
  for (const mail of mails) {
    const names = new Set(mail.names);
    const [near, apart] = [[], []];
    for (const group of groups) ([...group.names].some((name) => names.has(name)) ? near : apart).push(group);
    for (const group of near) for (const name of group.names) names.add(name);
    groups = [...apart, { names, mails: [...near.flatMap((group) => group.mails), mail].sort((a, b) => a.id - b.id) }];
  }
  return groups.map((group) => group.mails).sort((a, b) => b.at(-1).id - a.at(-1).id);
}

function face(mail) {
  const name = mail.name || mail.from;
  return make("span", { class: `face tint-${tint(name.length)}`, "aria-hidden": "true", text: initials(name) });
}

/** A mail's text, what is quoted in it paler. */
function linesOf(text) {
  const parts = [];
  for (const line of text.split("\n")) {
    const quoted = line.startsWith(">");
    if (parts.length && parts.at(-1).quoted === quoted) parts.at(-1).lines.push(line);
    else parts.push({ quoted, lines: [line] });
  }
  return parts.map(({ quoted, lines }) => make("span", { class: quoted ? "quoted" : "", text: `${lines.join("\n")}\n` }));
}
