// How many SMS a text is: GSM-7 where every character allows it, else UCS-2; the same count as the stand-in's own.

// The default alphabet of 3GPP TS 23.038, and its extension table, whose characters count twice.
const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");
const SIZES = { "GSM-7": [160, 153], "UCS-2": [70, 67] };

/** {encoding, units, count, room}: `room` is what the last part still takes. No text is still one part. */
export function measure(text) {
  const characters = [...text];
  const encoding = characters.every((each) => BASIC.has(each) || EXTENDED.has(each)) ? "GSM-7" : "UCS-2";
  const [single, joined] = SIZES[encoding];
  const widths = characters.map((each) => (encoding === "GSM-7" ? 1 + EXTENDED.has(each) : each.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return { encoding, units, count: 1, room: single - units };
  let count = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      count += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, units, count, room: joined - used };
}
