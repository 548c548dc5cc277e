// The page's one script: GraphiQL over the endpoint, tabs and workers that the page's JSON block names.

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { Asker } from './asking.js';
import { createFetcher } from './fetcher.js';
import { beginAt, storage, upstreamOpen } from './storage.js';
import './styles.css';
import { SystemTheme } from './theme.jsx';
import { UpstreamPanel } from './upstream/panel.jsx';
import { Watch } from './upstream/watch.js';
import { installWorkers } from './workers.js';

const config = JSON.parse(document.getElementById('graphiql-config').textContent);

installWorkers(config.workers);
beginAt(config.tabs[0]);

// Naming any plugin replaces GraphiQL's default list, so the history plugin is named too.
const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const asker = new Asker(config.endpoint, { explains: config.explain });
const upstream = new Watch(asker, upstreamOpen);

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={createFetcher(asker, upstream)}
    plugins={plugins}
    defaultTabs={config.tabs.length > 0 ? config.tabs : undefined}
    defaultHeaders={config.headers}
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
    // Headers carry credentials; persisted ones would stay in localStorage for anyone at this browser.
    shouldPersistHeaders={false}
    storage={storage}
  >
    <GraphiQL.Logo>Loyalty graph</GraphiQL.Logo>
    <GraphiQL.Footer>
      <UpstreamPanel upstream={upstream} />
    </GraphiQL.Footer>
    <SystemTheme />
  </GraphiQL>,
);
