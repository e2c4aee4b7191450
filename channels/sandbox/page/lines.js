// Messages of WhatsApp and SMS in the form in which the page draws all of them.

/** A bubble of a telephone's chat as a message. `chat` is what the model keeps, `citizen` and `office` whose it is. */
export function fromBubble(bubble, chat, citizen, office) {
  const message = {
    message_id: bubble.id,
    date: Math.floor(Date.parse(bubble.at) / 1000),
    from: bubble.mine ? { id: citizen.id, first_name: citizen.name } : { id: office.bot.id, is_bot: true, first_name: office.name },
    line: { segments: bubble.segments, encoding: bubble.encoding, template: bubble.template, automatic: bubble.automatic, status: bubble.status, mine: bubble.mine },
  };
  const target = bubble.reply_to && chat.messages.get(bubble.reply_to);
  if (target) message.reply_to_message = target;
  const kind = contentOf(bubble, citizen, message);
  if (bubble.text && kind !== "document") message[kind ? "caption" : "text"] = bubble.text;
  if (kind === "document" && bubble.text !== message.document.file_name) message.caption = bubble.text;
  if (bubble.buttons.length && !bubble.pressed) {
    message.reply_markup = { inline_keyboard: bubble.buttons.map((button) => [{ text: button.title, callback_data: button.id }]) };
  }
  return message;
}

/** Put the file or place of a bubble into the message; what kind it is, "" for words alone. */
function contentOf(bubble, citizen, message) {
  if (bubble.place) {
    const { latitude, longitude, label, address } = bubble.place;
    message.location = { latitude, longitude };
    if (label || address) message.venue = { title: label || address, address };
    return "location";
  }
  const [file] = bubble.media;
  if (!file) return "";
  const address = `/api/media/${encodeURIComponent(file.sid)}`;
  if (file.mime === "text/vcard") {
    message.contact = { first_name: citizen.name, phone_number: citizen.number };
    return "contact";
  }
  if (bubble.kind === "sticker") {
    message.sticker = { address };
    return "sticker";
  }
  if (file.mime.startsWith("audio/")) {
    message.voice = { address };
    return "voice";
  }
  if (file.mime.startsWith("image/") && bubble.kind !== "document") {
    message.photo = [{ address }];
    return "photo";
  }
  message.document = { address, file_name: file.name };
  return "document";
}

/** The message after something happened to it: it was delivered or read, or a button under it was pressed. */
export function changed(message, kind, data) {
  if (kind === "status") return { ...message, line: { ...message.line, status: data.is } };
  return { ...message, reply_markup: undefined };
}

/** "+6281100001201" as people write it: 0811-0000-1201. */
export function spoken(number) {
  const digits = number.replace("whatsapp:", "").replace(/^\+62/, "0");
  return digits.replace(/^(\d{4})(\d{4})(\d+)$/, "$1-$2-$3");
}
