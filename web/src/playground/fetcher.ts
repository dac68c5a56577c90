/** How the playground reaches the server: queries and mutations over HTTP, subscriptions over WebSocket. */
import type { Fetcher, FetcherOpts, FetcherParams, Observable } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST } from 'graphql';
import type { Client } from 'graphql-ws';
import { authorization, requestHeaders } from './token';

/** What the playground says instead of asking the server for what it would refuse anyway. */
export const NO_TOKEN =
  'No token yet: paste one into the field at the top. `punchcard serve` prints the first one, the ' +
  'administrator\'s, when it first starts, and keeps it in the data folder as `admin-token`.';

/** Where requests go, and by what; tests put their own in. */
export interface Ways {
  fetch: typeof fetch;
  /** A client of the `graphql-transport-ws` protocol that sends `payload` in `connection_init`. */
  connect: (payload: Record<string, string>) => Promise<Client>;
}

/** A fetcher for GraphiQL that sends `token` with everything. */
export function createFetcher(token: string, ways: Ways = serverWays()): Fetcher {
  return async (params: FetcherParams, options?: FetcherOpts) => {
    const headers = requestHeaders(token, options?.headers);
    const credentials = authorization(headers);
    if (credentials === undefined) return failure(NO_TOKEN);
    if (isSubscription(params, options)) {
      return watch(await ways.connect({ Authorization: credentials }), params);
    }
    return post(ways.fetch, headers, params);
  };
}

function serverWays(): Ways {
  return {
    fetch: (...request) => fetch(...request),
    async connect(payload) {
      // Loaded at the first subscription: most visits have none.
      const { createClient } = await import('graphql-ws');
      const url = new URL('/graphql', location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      // No retries: whoever watches is to see that the socket ended, since events may be missed.
      return createClient({ url: url.href, connectionParams: payload, lazyCloseTimeout: 0, retryAttempts: 0 });
    },
  };
}

function isSubscription(params: FetcherParams, options?: FetcherOpts): boolean {
  const document = options?.documentAST;
  return document !== undefined && getOperationAST(document, params.operationName)?.operation === 'subscription';
}

async function post(
  send: typeof fetch,
  headers: Record<string, string>,
  params: FetcherParams,
): Promise<ExecutionResult> {
  const response = await send('/graphql', {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(params),
  }).catch(() => null);
  if (response === null) return failure('The server does not answer. Is it still running?');
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    return failure(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 500)}`);
  }
}

function watch(client: Client, params: FetcherParams): Observable<ExecutionResult> {
  const payload = {
    query: params.query,
    operationName: params.operationName ?? null,
    variables: (params.variables ?? null) as Record<string, unknown> | null,
  };
  const subscribe = (observer: {
    next: (result: ExecutionResult) => void;
    error: (error: unknown) => void;
    complete: () => void;
  }) => {
    const stop = client.subscribe(payload, {
      next: (result) => observer.next(result as ExecutionResult),
      error: (error) => observer.error(readable(error)),
      complete: () => observer.complete(),
    });
    return {
      unsubscribe() {
        stop();
        void client.dispose();
      },
    };
  };
  return { subscribe: subscribe as Observable<ExecutionResult>['subscribe'] };
}

/** Errors of a request as they are; the end of a socket by its code, which the protocol gives a meaning. */
function readable(error: unknown): unknown {
  if (Array.isArray(error)) return error;
  if (error instanceof Error) return { message: error.message };
  const { code, reason } = (error ?? {}) as { code?: number; reason?: string };
  if (code === undefined) return { message: 'The socket failed. Is the server still running?' };
  return { message: `The server closed the socket: ${code} ${reason ?? ''}`.trimEnd() };
}

function failure(message: string): ExecutionResult {
  return { errors: [{ message }] } as unknown as ExecutionResult;
}
