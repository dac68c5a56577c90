import type { Observable } from '@graphiql/toolkit';
import { type ExecutionResult, parse } from 'graphql';
import type { Client, Sink } from 'graphql-ws';
import { expect, test, vi } from 'vitest';
import { NO_TOKEN, type Ways, createFetcher } from './fetcher';

function answering(body: string, init?: ResponseInit) {
  return vi.fn<typeof fetch>(async () => new Response(body, init));
}

const unconnected: Ways['connect'] = () => Promise.reject(new Error('no socket was expected'));

/** A socket's client that keeps what it is given, so that a test can play the server. */
function socket() {
  const opened: { payload: unknown; request: unknown; sink: Sink }[] = [];
  const stopped = vi.fn();
  const disposed = vi.fn();
  const connect: Ways['connect'] = async (payload) =>
    ({
      subscribe(request: unknown, sink: Sink) {
        opened.push({ payload, request, sink });
        return stopped;
      },
      dispose: disposed,
    }) as unknown as Client;
  return { connect, opened, stopped, disposed };
}

async function subscribeTo(connect: Ways['connect']) {
  const query = 'subscription { timesheetChanged { id } }';
  const fetcher = createFetcher('pct_1', { fetch: answering(''), connect });
  const results = (await fetcher({ query }, { documentAST: parse(query) })) as Observable<ExecutionResult>;
  const observer = { next: vi.fn(), error: vi.fn(), complete: vi.fn() };
  return { query, observer, subscription: results.subscribe(observer) };
}

test('a query is posted with the token', async () => {
  const send = answering('{"data":{"a":1}}');
  const fetcher = createFetcher('pct_1', { fetch: send, connect: unconnected });
  const query = 'query A { a }';

  expect(await fetcher({ query, operationName: 'A' }, { documentAST: parse(query) })).toEqual({ data: { a: 1 } });

  const [url, request] = send.mock.calls[0] ?? [];
  expect(url).toBe('/graphql');
  expect(request?.headers).toMatchObject({ Authorization: 'Bearer pct_1', 'Content-Type': 'application/json' });
  expect(JSON.parse(String(request?.body))).toEqual({ query, operationName: 'A' });
});

test('without a token nothing is sent', async () => {
  const send = answering('{}');
  const result = await createFetcher('', { fetch: send, connect: unconnected })({ query: '{ a }' });
  expect(result).toEqual({ errors: [{ message: NO_TOKEN }] });
  expect(send).not.toHaveBeenCalled();
});

test('an answer that is not JSON is shown with its status', async () => {
  const send = answering('slow down', { status: 429, statusText: 'Too Many Requests' });
  const result = await createFetcher('pct_1', { fetch: send, connect: unconnected })({ query: '{ a }' });
  expect(result).toEqual({ errors: [{ message: 'The server answered 429 Too Many Requests: slow down' }] });
});

test('a server that is gone is an error in words', async () => {
  const send = vi.fn<typeof fetch>(() => Promise.reject(new TypeError('Failed to fetch')));
  const result = await createFetcher('pct_1', { fetch: send, connect: unconnected })({ query: '{ a }' });
  expect(result).toEqual({ errors: [{ message: 'The server does not answer. Is it still running?' }] });
});

test('a subscription opens a socket with the token and ends with it', async () => {
  const { connect, opened, stopped, disposed } = socket();
  const { query, observer, subscription } = await subscribeTo(connect);

  expect(opened).toHaveLength(1);
  expect(opened[0]).toMatchObject({ payload: { Authorization: 'Bearer pct_1' }, request: { query } });
  opened[0]?.sink.next({ data: { timesheetChanged: { id: '1' } } });
  expect(observer.next).toHaveBeenCalledWith({ data: { timesheetChanged: { id: '1' } } });

  subscription.unsubscribe();
  expect(stopped).toHaveBeenCalledOnce();
  expect(disposed).toHaveBeenCalledOnce();
});

test.each([
  [{ code: 4403, reason: 'Forbidden' }, { message: 'The server closed the socket: 4403 Forbidden' }],
  [new Error('bad frame'), { message: 'bad frame' }],
  [{}, { message: 'The socket failed. Is the server still running?' }],
  [[{ message: 'no such field' }], [{ message: 'no such field' }]],
])('the end of a socket is told in words: %j', async (cause, shown) => {
  const { connect, opened } = socket();
  const { observer } = await subscribeTo(connect);
  opened[0]?.sink.error(cause);
  expect(observer.error).toHaveBeenCalledWith(shown);
});

test('of several operations the one that is run decides the way', async () => {
  const { connect, opened } = socket();
  const send = answering('{"data":{"a":1}}');
  const query = 'query A { a } subscription B { b }';
  const fetcher = createFetcher('pct_1', { fetch: send, connect });

  await fetcher({ query, operationName: 'A' }, { documentAST: parse(query) });
  expect(send).toHaveBeenCalledOnce();
  expect(opened).toHaveLength(0);

  const results = (await fetcher({ query, operationName: 'B' }, { documentAST: parse(query) })) as Observable<unknown>;
  results.subscribe({ next: () => {}, error: () => {}, complete: () => {} });
  expect(send).toHaveBeenCalledOnce();
  expect(opened).toHaveLength(1);
});
