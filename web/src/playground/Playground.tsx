/** GraphiQL under a bar that holds the token. */
import { GraphiQL } from 'graphiql';
import { type GraphQLSchema, printSchema } from 'graphql';
import { useMemo, useState } from 'react';
import { TokenField } from './TokenField';
import { type Example, examples, localDate } from './examples';
import { createFetcher } from './fetcher';
import { keepToken, readToken } from './token';

export function Playground({ linked }: { linked: Example | null }) {
  const [token, setToken] = useState(() => readToken());
  const [schema, setSchema] = useState<GraphQLSchema | null>(null);
  // A new fetcher makes GraphiQL ask for the schema again.
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const tabs = useMemo(() => [...(linked ? [linked] : []), ...examples(localDate(new Date()))], [linked]);

  return (
    <>
      <header className="bar">
        <a className="bar-home" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <use href="/mark.svg#mark" />
          </svg>
          Punchcard
        </a>
        <h1>Playground</h1>
        <TokenField kept={token} onKeep={(text) => setToken(keepToken(text))} />
        <button type="button" disabled={schema === null} onClick={() => schema && download(schema)}>
          Download schema
        </button>
      </header>
      <main>
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={tabs}
          onSchemaChange={setSchema}
          schemaDescription
          inputValueDeprecation
          shouldPersistHeaders={false}
          {...(linked && { initialQuery: linked.query, initialVariables: linked.variables })}
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

function download(schema: GraphQLSchema): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([printSchema(schema)], { type: 'text/plain' }));
  link.download = 'schema.graphql';
  link.click();
  URL.revokeObjectURL(link.href);
}
