/** Bytes of a refusal that are read: its beginning is told. */
const MOST = 4096;

/** POSTs JSON; a name and password in the address are sent as such (RFC 7617). @returns undefined, or why it did not arrive */
export async function postJson(url: string, body: unknown, timeoutMs = 10_000): Promise<string | undefined> {
  try {
    const { address, authorization } = withoutPassword(url);
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!answer.ok) return `HTTP ${answer.status}: ${(await beginningOf(answer)).slice(0, 200)}`;
    // not read to its end, which may never come, and not left open
    await answer.body?.cancel();
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    return cause ?? (error as Error).message;
  }
}

/** fetch() takes no address with a password in it, and says the whole of it in its error. */
function withoutPassword(url: string): { address: string; authorization?: string } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === '' && password === '') return { address: url };
  address.username = '';
  address.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address: address.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** What is sent may be without end. */
async function beginningOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  if (!reader) return '';
  const parts: Uint8Array[] = [];
  for (let length = 0; length < MOST; ) {
    const { value, done } = (await reader.read()) as { value?: Uint8Array; done: boolean };
    if (done || !value) break;
    parts.push(value);
    length += value.length;
  }
  await reader.cancel();
  return Buffer.concat(parts).toString('utf8');
}
