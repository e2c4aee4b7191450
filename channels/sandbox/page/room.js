// What phones and the desk have in common: a chat view, a composer under it and what a press, a command or a link does.

import { act } from "./api.js";
import { ChatView } from "./chat.js";
import { Composer } from "./compose.js";

/** A chat with its composer. `place()` is where its writer stands and `kit` what they can do (see Composer). */
export function makeRoom(model, place, { named, empty, clock, mention, kit }) {
  const composer = new Composer(place, kit);
  const { replies = true, edits = true } = kit ?? {};
  const view = new ChatView(model, {
    named,
    empty,
    timeOf: (seconds) => clock.short(seconds),
    dayOf: (seconds) => clock.dayOf(seconds),
    mention,
    me: () => place()?.who,
    reply: replies ? (message) => composer.reply(message) : null,
    edit: edits ? (message) => composer.edit(message) : null,
    press: (message, data) => {
      const { who, chat } = place();
      return act("press", { who, chat, message_id: message.message_id, data });
    },
    command: (text) => composer.say(text),
    link: (address) => followLink(model, place(), address),
  });
  return { view, composer };
}

/** A link to one of the offices' bots opens that bot as the person who pressed it; any other opens in a new window. */
function followLink(model, { who }, address) {
  const target = parsed(address);
  if (!target) return;
  const office = model.offices.find((one) => one.bot.username.toLowerCase() === target.pathname.slice(1).toLowerCase());
  if (target.hostname === "t.me" && office) {
    act("start", { who, office: office.id, payload: target.searchParams.get("start") ?? "" });
    document.dispatchEvent(new CustomEvent("bot-opened", { detail: { who, office: office.id } }));
  } else {
    open(target, "_blank", "noopener,noreferrer");
  }
}

function parsed(address) {
  try {
    const target = new URL(address.includes("://") ? address : `https://${address}`);
    return ["http:", "https:"].includes(target.protocol) ? target : null;
  } catch {
    return null;
  }
}

/** The keyboard a bot left under a chat: that of the newest message that set or removed one. */
export function keyboardOf(chat) {
  const marked = [...chat.messages.values()].filter((message) => message.reply_markup && !message.reply_markup.inline_keyboard);
  return marked.at(-1)?.reply_markup.keyboard ?? null;
}
