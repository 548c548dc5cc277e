// The page's one script: GraphiQL over the endpoint, tabs and workers that the page's JSON block names.

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { createFetcher } from './fetcher.js';
import { storage } from './storage.js';
import './styles.css';
import { installWorkers } from './workers.js';

const config = JSON.parse(document.getElementById('graphiql-config').textContent);

installWorkers(config.workers);

// Naming any plugin replaces GraphiQL's default list, so the history plugin is named too.
const plugins = [HISTORY_PLUGIN, explorerPlugin()];

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={createFetcher(config.endpoint)}
    plugins={plugins}
    defaultTabs={config.tabs.length > 0 ? config.tabs : undefined}
    inputValueDeprecation
    schemaDescription
    // Headers carry credentials; persisted ones would stay in localStorage for anyone at this browser.
    shouldPersistHeaders={false}
    storage={storage}
  >
    <GraphiQL.Logo>Loyalty graph</GraphiQL.Logo>
  </GraphiQL>,
);
