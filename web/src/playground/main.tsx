/** The playground: GraphiQL from this server's own files. */
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './playground.css';
import './workers';
import { createRoot } from 'react-dom/client';
import { Playground } from './Playground';
import { linkedQuery } from './examples';

const linked = linkedQuery(location.search);
// A reload must not bring the link's query back over what was typed since.
if (linked) history.replaceState(null, '', location.pathname);

const root = document.getElementById('root');
if (root) createRoot(root).render(<Playground linked={linked} />);
