// What a reader does not see, or sees in another place than it stands: control characters, with them the escape sequences of terminals; marks
// that turn the direction of writing; characters without width, in which whole texts can be hidden. An emoji may say that it is one (U+FE0F).
const HIDDEN = /(?!\ufe0f)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Text in which every character can be seen: a control character as its picture, `␛`, any other hidden one by its number, `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return '␡';
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

/** Visible text on one line: line breaks and tabs become spaces. */
export function visibleLine(text: string): string {
  return visible(text.replaceAll(/[\t\n\r ]+/g, ' ').trim());
}

/** The beginning of a text, with an ellipsis where it was cut; never half a character. `size` counts UTF-16 units and is at least 1. */
export function shortened(text: string, size: number): string {
  if (text.length <= size) return text;
  const end = size - 1;
  const splits = end > 0 && /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}
