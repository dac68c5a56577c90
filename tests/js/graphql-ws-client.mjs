// Speaks to a server with the npm client graphql-ws for the right uses, and with a bare socket for
// each wrong one, whose close code the protocol names.
//
//   URL=http://127.0.0.1:8080/graphql TOKEN=... node graphql-ws-client.mjs
//
// SUBSCRIPTION names a subscription that stays open; MUTATION a mutation that may run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { URL: http, TOKEN: token } = process.env;
const SUBSCRIPTION = process.env.SUBSCRIPTION ?? 'subscription { timesheetChanged { __typename } }';
const MUTATION = process.env.MUTATION ?? 'mutation { __typename }';
if (!http || !token) {
  console.error('URL and TOKEN are needed, such as URL=http://127.0.0.1:8080/graphql TOKEN=...');
  process.exit(2);
}
const url = http.replace(/^http/, 'ws');

const tests = [];
const test = (name, run) => tests.push({ name, run });

const client = (connectionParams) =>
  createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });

const collect = async (subscription) => {
  const results = [];
  for await (const result of subscription) {
    results.push(result);
  }
  return results;
};

for (const [name, params] of [
  ['a header', { Authorization: `Bearer ${token}` }],
  ['a name', { token }],
]) {
  test(`the client is let in with the token as ${name}`, async () => {
    const speaking = client(params);
    assert.deepEqual(await collect(speaking.iterate({ query: '{ __typename }' })), [
      { data: { __typename: 'Query' } },
    ]);
    await speaking.dispose();
  });
}

test('queries, mutations and subscriptions share a socket', async () => {
  const speaking = client({ token });
  const open = speaking.iterate({ query: SUBSCRIPTION });
  const pending = open.next();
  const [query, mutation] = await Promise.all([
    collect(speaking.iterate({ query: 'query Q($n: String!) { __type(name: $n) { name } }', variables: { n: 'Query' } })),
    collect(speaking.iterate({ query: MUTATION })),
  ]);
  assert.deepEqual(query, [{ data: { __type: { name: 'Query' } } }]);
  assert.ok(mutation[0].data);
  await open.return();
  await pending.catch(() => {});
  await speaking.dispose();
});

test('what is wrong with a document is an error of its operation', async () => {
  const speaking = client({ token });
  await assert.rejects(collect(speaking.iterate({ query: '{ unknown }' })), (errors) => {
    assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    return true;
  });
  assert.equal((await collect(speaking.iterate({ query: '{ __typename }' }))).length, 1);
  await speaking.dispose();
});

test('a client that leaves closes normally', async () => {
  let speaking;
  // The client tells of the close when the server has answered its close frame, later than it leaves.
  const closed = new Promise((resolve) => {
    speaking = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { token },
      on: { closed: resolve },
    });
  });
  await collect(speaking.iterate({ query: '{ __typename }' }));
  await speaking.dispose();
  assert.equal((await closed).code, 1000);
});

const init = { type: 'connection_init', payload: { token } };
const subscribe = (id, query) => ({ id, type: 'subscribe', payload: { query } });

/** Sends each message behind the acknowledgement of the one before, and gives the close code. */
const closeCode = async (messages) => {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (const message of messages) {
    const sent = Buffer.isBuffer(message) || typeof message === 'string' ? message : JSON.stringify(message);
    const acknowledged = message === init && !messages.slice(0, messages.indexOf(message)).includes(init);
    const answer = acknowledged ? once(socket, 'message') : null;
    socket.send(sent);
    if (answer) {
      await Promise.race([answer, closed]);
    }
  }
  const [code] = await closed;
  return code;
};

for (const [code, name, messages] of [
  [4400, 'a message that is no JSON', ['nonsense']],
  [4400, 'a message of an unknown type', [init, { type: 'start', id: '1' }]],
  [4400, 'a binary message', [init, Buffer.from('{"type":"ping"}')]],
  [4400, 'an operation without an id', [init, { type: 'subscribe', payload: { query: '{ __typename }' } }]],
  [4400, 'an operation without a document', [init, { type: 'subscribe', id: '1', payload: {} }]],
  [4401, 'an operation before the acknowledgement', [subscribe('1', '{ __typename }')]],
  [4403, 'a connection without a token', [{ type: 'connection_init' }]],
  [4403, 'a connection with an unknown token', [{ type: 'connection_init', payload: { token: 'unknown' } }]],
  [4408, 'a connection that is never asked for', []],
  [4409, 'two operations with one id', [init, subscribe('1', SUBSCRIPTION), subscribe('1', SUBSCRIPTION)]],
  [4429, 'a connection that is asked for twice', [init, init]],
]) {
  test(`${name} closes with ${code}`, async () => assert.equal(await closeCode(messages), code));
}

test('the sub-protocol is needed', async () => {
  for (const protocol of [undefined, 'graphql-ws']) {
    const socket = new WebSocket(url, protocol);
    const [error] = await once(socket, 'error');
    assert.match(error.message, /400/);
  }
});

test('pages of other origins are refused', async () => {
  const socket = new WebSocket(url, 'graphql-transport-ws', { origin: 'https://other.example' });
  const [error] = await once(socket, 'error');
  assert.match(error.message, /403/);
});

let failed = 0;
for (const { name, run } of tests) {
  try {
    await Promise.race([
      run(),
      new Promise((_, reject) => setTimeout(() => reject(new Error('no end after 15 s')), 15_000).unref()),
    ]);
  } catch (error) {
    failed += 1;
    console.error(`${name}: ${error.message}`);
  }
}
console.log(`graphql-ws: ${tests.length - failed} of ${tests.length} uses are as the protocol says`);
process.exit(failed === 0 ? 0 : 1);
