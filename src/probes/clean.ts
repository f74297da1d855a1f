import type { Line } from './document.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what it removes
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above; tab stays
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Without terminal escapes and control characters (tabs stay), so that it can be printed anywhere. */
export function safeText(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, '');
}

/** Lines of a text, numbered as they were given, without escapes; pastes also lose quote marks and fences. */
export function cleanLines(text: string, pasted: boolean): Line[] {
  return text.split(/\r\n|\n|\r/).map((raw, index) => {
    const safe = safeText(raw);
    return { n: index + 1, text: pasted ? safe.replace(/^(?:\s{0,3}>\s?)+/, '').replace(/^\s*(?:```+|~~~+).*$/, '') : safe };
  });
}
