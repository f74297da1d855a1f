import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface GuardOptions {
  /** the address listened on */
  address: string;
  /** needed from everybody where it is set */
  token?: string;
  /** names under which a proxy shows us */
  hosts: readonly string[];
}

/** Why a request is refused, or undefined. */
export interface Refusal {
  status: 400 | 401 | 403 | 405;
  why: string;
}

/**
 * Only names that are ours are answered (a page of another name that resolves to us, DNS rebinding,
 * is not), only pages of our own may ask, only reading is possible, and the token is compared in
 * constant time.
 */
export function refusal(request: IncomingMessage, options: GuardOptions): Refusal | undefined {
  const { method = '', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, why: 'nothing can be changed from here' };
  if (!URL.canParse(request.url ?? '/', 'http://x')) return { status: 400, why: 'not an address' };
  const host = headers.host ?? '';
  if (!knownHost(host, options)) return { status: 403, why: 'that host name is not ours; --host NAME allows one' };
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return { status: 403, why: 'another site may not ask' };
  if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate')
    return { status: 403, why: 'another site may not ask' };
  if (options.token !== undefined && !tokenOf(request).some((token) => same(token, options.token ?? '')))
    return { status: 401, why: 'a token is needed: Authorization: Bearer TOKEN, or once /?token=TOKEN' };
  return undefined;
}

function knownHost(host: string, { address, hosts }: GuardOptions): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  if (name === 'localhost' || name === address.toLowerCase() || hosts.some((one) => one.toLowerCase() === name))
    return true;
  // an address in figures names no one else's site
  return isIP(name) !== 0;
}

/** Where a token may stand: the header, the cookie that the first visit leaves, the address of that visit. */
function tokenOf({ headers, url = '/' }: IncomingMessage): string[] {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const cookie = /(?:^|;\s*)ullage=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  const query = new URL(url, 'http://x').searchParams.get('token');
  return [bearer, cookie, query].filter((one): one is string => typeof one === 'string');
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** Loopback addresses need no token: whoever asks is on this machine. A name may begin with 127 and lead anywhere. */
export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
