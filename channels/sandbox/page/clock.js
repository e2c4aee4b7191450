// The office's clock in the office's own time zone, and the buttons that move its hands.

import { act } from "./api.js";
import { word } from "./words.js";

export class Clock {
  constructor(model, host, office) {
    this.model = model;
    this.office = office;
    this.time = host.querySelector(".clock-time");
    this.date = host.querySelector(".clock-date");
    this.open = host.querySelector(".clock-open");
    this.buttons = [...host.querySelectorAll("button")];
    const turns = { plus10: { by_s: 600 }, plus60: { by_s: 3600 }, plusDay: { by_s: 86_400 }, nextDay: { to: "next_working_day" } };
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.turn(turns[button.dataset.turn]));
    }
    setInterval(() => this.draw(), 1000);
  }

  async turn(by) {
    for (const button of this.buttons) button.disabled = true;
    const focused = document.activeElement;
    const answer = await act("clock", { office: this.office().id, ...by });
    for (const button of this.buttons) button.disabled = false;
    focused?.focus?.();
    if (answer) this.model.setClock(answer.clock);
    this.draw();
  }

  draw() {
    const now = new Date(this.model.now());
    put(this.time, this.timeOf(now));
    put(this.date, this.format(now, { weekday: "long", day: "numeric", month: "long", year: "numeric" }));
    const open = this.model.clock.open?.[this.office().id];
    this.open.hidden = open === undefined;
    this.open.classList.toggle("shut", open === false);
    put(this.open, word(open ? "clockOpen" : "clockClosed"));
  }

  /** Hours and minutes with the zone's name: 09.12 WIB. */
  timeOf(moment) {
    return this.format(moment, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  }

  /** Hours and minutes of a message (seconds since 1970). */
  short(seconds) {
    return this.format(new Date(seconds * 1000), { hour: "2-digit", minute: "2-digit" });
  }

  /** The day of a message, in words. */
  dayOf(seconds) {
    return this.format(new Date(seconds * 1000), { weekday: "long", day: "numeric", month: "long" });
  }

  /** A deadline: day and time. */
  dateOf(text) {
    return this.format(new Date(text), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  }

  /** When a mail came: its day and time, short. */
  briefly(text) {
    return this.format(new Date(text), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }

  format(moment, parts) {
    // Indonesian also in the English page: these are the office's own dates.
    return new Intl.DateTimeFormat("id-ID", { timeZone: this.office().timezone, hour12: false, ...parts }).format(moment);
  }
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
