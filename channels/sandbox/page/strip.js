// The strip: where each complaint of the office stands among its steps.

import { icon, make } from "./dom.js";
import { word } from "./words.js";

export class Strip {
  constructor(model, host, office, dateOf) {
    this.model = model;
    this.office = office;
    this.dateOf = dateOf;
    this.list = host.querySelector(".strip-list");
    this.body = host.querySelector(".strip-body");
    this.chosen = null;
    this.drawn = "";
  }

  /** Draw what changed; a new complaint comes to the front. */
  draw() {
    const rows = this.model.strip.filter((row) => row.office === this.office().id);
    const before = this.codes ?? [];
    this.codes = rows.map((row) => row.code);
    const fresh = this.codes.find((code) => !before.includes(code));
    if (fresh && this.before === this.office().id) this.chosen = fresh;
    this.before = this.office().id;
    if (!this.codes.includes(this.chosen)) this.chosen = this.codes.at(-1) ?? null;
    this.drawList(rows);
    const row = rows.find((one) => one.code === this.chosen);
    this.body.replaceChildren(...(row ? this.steps(row) : [make("p", { class: "strip-empty", text: `${word("tagline")} ${word("stepsEmpty")}` })]));
    this.body.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest", inline: "center" });
  }

  drawList(rows) {
    this.list.hidden = rows.length < 2;
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.code : null;
    this.list.replaceChildren(
      ...rows.toReversed().map((row) =>
        make(
          "button",
          { type: "button", class: "chip", "aria-pressed": String(row.code === this.chosen), data: { code: row.code }, onclick: () => this.choose(row.code) },
          make("span", { class: "chip-words" }, make("span", { class: "number", text: row.number || row.code }), make("small", { text: row.title })),
        ),
      ),
    );
    if (focused) this.list.querySelector(`[data-code="${CSS.escape(focused)}"]`)?.focus();
  }

  choose(code) {
    this.chosen = code;
    this.draw();
  }

  steps(row) {
    const due = row.due ? word("due", { time: this.dateOf(row.due) }) : "";
    const late = row.due && !row.closed && Date.parse(row.due) < this.model.now();
    const head = make(
      "div",
      { class: "strip-head" },
      make("strong", { class: "number", text: row.number || row.code }),
      row.number ? make("span", { class: "dim", text: row.code }) : null,
      row.title ? make("span", { class: "strip-title", text: row.title }) : null,
      make("span", { class: late ? "strip-due late" : "strip-due", text: row.closed ? word("closed") : due }),
      row.note ? make("span", { class: "strip-note", text: row.note }) : null,
    );
    const list = make("ol", { class: "steps", "aria-label": word("stepsOf") }, ...row.steps.map(stepItem));
    const now = row.steps.find((step) => step.state === "now");
    const detail = now?.detail ? make("p", { class: "strip-detail" }, make("strong", { text: `${now.no}. ` }), now.detail) : null;
    return [head, list, detail].filter(Boolean);
  }
}

const STATES = { done: "stepDone", now: "stepNow", todo: "stepTodo" };

function stepItem(step) {
  const mark = make("span", { class: "step-mark" }, step.state === "done" ? icon("check") : make("span", { text: step.no }));
  const words = make(
    "span",
    { class: "step-words" },
    make("span", { class: "step-label", text: step.label }),
    step.role ? make("small", { text: step.role }) : null,
    make("span", { class: "hidden", text: word(STATES[step.state]) }),
  );
  return make("li", { class: `step ${step.state}`, "aria-current": step.state === "now" ? "step" : null, title: step.detail || step.label }, mark, words);
}
