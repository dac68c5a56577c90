import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate, validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { examples, linkedQuery, localDate } from './examples';

const EXAMPLES = examples('2026-11-23');
const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));

test('the schema that the server prints is one that clients can read', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test.each(EXAMPLES)('an example asks for what the schema has: $query', ({ query, variables }) => {
  expect(validate(schema, parse(query))).toEqual([]);
  if (variables) expect(() => JSON.parse(variables) as unknown).not.toThrow();
});

test('the examples show a query, a mutation and a subscription', () => {
  const kinds = EXAMPLES.flatMap(({ query }) =>
    parse(query).definitions.map((definition) => 'operation' in definition && definition.operation),
  );
  expect(new Set(kinds)).toEqual(new Set(['query', 'mutation', 'subscription']));
});

test('the start page links to a query that the schema has', () => {
  const page = readFileSync('index.html', 'utf8');
  const links = [...page.matchAll(/href="\/graphiql(\?[^"]*)"/g)].map(([, search]) => linkedQuery(search ?? ''));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(validate(schema, parse(link?.query ?? ''))).toEqual([]);
});

test('a link may carry a query and its variables, or nothing', () => {
  expect(linkedQuery('?query=%7B%20a%20%7D&variables=%7B%7D')).toEqual({ query: '{ a }', variables: '{}' });
  expect(linkedQuery('?query=%7Ba%7D')).toEqual({ query: '{a}', variables: '' });
  expect(linkedQuery('')).toBeNull();
});

test('today is the date where the browser is', () => {
  expect(localDate(new Date(2026, 0, 5, 23, 59))).toBe('2026-01-05');
});
