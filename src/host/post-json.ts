/** POSTs JSON. @returns undefined, or why it did not arrive */
export async function postJson(url: string, body: unknown, timeoutMs = 10_000): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.ok) return undefined;
    return `HTTP ${answer.status}: ${(await answer.text()).slice(0, 200)}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
    return cause ?? (error as Error).message;
  }
}
