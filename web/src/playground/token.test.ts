import { beforeEach, expect, test } from 'vitest';
import { authorization, keepToken, readToken, requestHeaders } from './token';

beforeEach(() => sessionStorage.clear());

test('a token is kept for the tab and forgotten when it is emptied', () => {
  expect(readToken()).toBe('');
  expect(keepToken('pct_1')).toBe('pct_1');
  expect(readToken()).toBe('pct_1');
  expect(localStorage.length).toBe(0);

  expect(keepToken('  ')).toBe('');
  expect(sessionStorage.length).toBe(0);
});

test.each(['pct_1', ' pct_1\n', 'Bearer pct_1', 'bearer  pct_1', 'Authorization: Bearer pct_1'])(
  'what surrounds a pasted token is left out: %j',
  (pasted) => expect(keepToken(pasted)).toBe('pct_1'),
);

test('the token is sent as a bearer token', () => {
  expect(requestHeaders('pct_1')).toEqual({ Authorization: 'Bearer pct_1' });
  expect(requestHeaders('')).toEqual({});
});

test('an Authorization of the header editor wins, whatever its case', () => {
  const headers = requestHeaders('pct_1', { authorization: 'Bearer pct_2', 'X-Request-Id': 7, Empty: '', None: null });
  expect(headers).toEqual({ authorization: 'Bearer pct_2', 'X-Request-Id': '7' });
  expect(authorization(headers)).toBe('Bearer pct_2');
});
