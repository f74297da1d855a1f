import type { Message, MessageId } from '../facts/text.ts';

/** One message by its wording. `pattern` sees the line with escaped and curly quotes made plain. */
export interface MessageRule {
  id: MessageId;
  pattern: RegExp;
  /** must match somewhere in the line too: two short tests cost less than one long pattern */
  also?: RegExp;
  /** the same words in another message */
  unless?: RegExp;
  params?: (match: RegExpExecArray, line: string) => Message['params'];
}

/** Params of what matched: absent groups stay out, whole numbers become numbers. */
export function params(values: Record<string, string | number | undefined>): Message['params'] {
  const kept: Message['params'] = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === '') continue;
    if (typeof value === 'number') kept[name] = value;
    else if (/^\d{1,15}$/.test(value)) kept[name] = Number(value);
    else kept[name] = value.slice(0, 500);
  }
  return kept;
}

/** `No space left on device` as a message ends with it, in English or as a number. */
export const ENOSPC = String.raw`(?:no space left(?: on device)?|ENOSPC|os error 28|errno[ =]28|\(28\))`;
/** `disk quota exceeded` in the same way. */
export const EDQUOT = String.raw`(?:dis[ck] quota exceeded|EDQUOT|os error 122|errno[ =]122)`;

/** {@link ENOSPC} as a test of its own. */
export const SAYS_ENOSPC = new RegExp(ENOSPC, 'i');
