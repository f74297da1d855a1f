import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UllageError } from '../host/host.ts';
import { RANGES } from './chart.ts';
import { type GuardOptions, refusal } from './guard.ts';
import { LIVE_POLICY, pageHtml, partsOf, type View } from './page.ts';

export interface WebOptions extends GuardOptions {
  port: number;
  /** what to show now */
  view(range: string): View;
  /** the text of /metrics, made once a look */
  metrics(): string;
}

export interface WebServer {
  /** where it listens: `http://127.0.0.1:9723/` */
  url: string;
  /** the state has changed: everybody gets the new parts, or those of the page's parts that have changed */
  push(changed?: readonly string[]): void;
  /** how many have the page open */
  clients(): number;
  close(): Promise<void>;
}

/** Who may look at the same time. */
const MOST_CLIENTS = 512;
const USUAL_RANGE = '1d';

/** Read-only: the page, its events, the metrics. @throws UllageError when it cannot listen */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const clients = new Map<ServerResponse, string>();
  const parts = (range: string, changed?: readonly string[]) =>
    `event: parts\ndata: ${JSON.stringify(partsOf(options.view(range), changed))}\n\n`;
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 8192 },
    (request, response) => {
      try {
        answer(request, response, options, clients, parts);
      } catch (error) {
        // one bad request must not end the watch
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`${(error as Error).name}\n`);
      }
    },
  );
  server.on('clientError', (_, socket) => socket.destroy());
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  const beat = setInterval(() => {
    for (const client of clients.keys()) client.write(': here\n\n');
  }, 20_000);
  beat.unref();
  return {
    url: `http://${options.address.includes(':') ? `[${options.address}]` : options.address}:${port}/`,
    push(changed) {
      const made = new Map<string, string>();
      for (const [client, range] of clients) {
        // one who does not read what he has gets nothing more
        if (client.writableLength > 4 * 2 ** 20) {
          client.destroy();
          continue;
        }
        let text = made.get(range);
        if (text === undefined) {
          text = parts(range, changed);
          made.set(range, text);
        }
        client.write(text);
      }
    },
    clients: () => clients.size,
    close: () =>
      new Promise((resolve) => {
        clearInterval(beat);
        for (const client of clients.keys()) client.end();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: WebOptions,
  clients: Map<ServerResponse, string>,
  parts: (range: string) => string,
): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('cache-control', 'no-store');
  const refused = refusal(request, options);
  if (refused) {
    text(response, refused.status, `${refused.why}\n`);
    return;
  }
  const url = new URL(request.url ?? '/', 'http://x');
  const asked = url.searchParams.get('range') ?? USUAL_RANGE;
  const range = Object.hasOwn(RANGES, asked) ? asked : USUAL_RANGE;
  switch (url.pathname) {
    case '/': {
      if (url.searchParams.has('token') && options.token !== undefined) {
        response.setHeader('set-cookie', `ullage=${options.token}; HttpOnly; SameSite=Strict; Path=/`);
        response.writeHead(303, { location: './' });
        response.end();
        return;
      }
      response.setHeader('content-security-policy', LIVE_POLICY);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : pageHtml(options.view(range), true));
      return;
    }
    case '/events': {
      if (clients.size >= MOST_CLIENTS) {
        text(response, 503, 'too many are looking\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      response.write(`retry: 3000\n\n${parts(range)}`);
      clients.set(response, range);
      response.on('close', () => clients.delete(response));
      return;
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(options.metrics());
      return;
    case '/healthz':
      text(response, 200, 'ok\n');
      return;
    default:
      text(response, 404, 'There are /, /events, /metrics and /healthz.\n');
  }
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(body);
}

function listen(server: Server, { address, port }: WebOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new UllageError('cannot listen', `${address}:${port}`, `${error.message}. Choose another with --listen`, {
          cause: error,
        }),
      );
    });
    server.listen(port, address, () => resolve());
  });
}
