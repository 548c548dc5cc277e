/**
 * Tell Monaco to start its language workers from same-origin files, so that the page's content security policy
 * needs neither `blob:` nor another host. `urls` has the keys `editor`, `graphql` and `json`.
 */
export function installWorkers(urls) {
  globalThis.MonacoEnvironment = {
    getWorker: (_moduleId, label) => new Worker(urls[label] ?? urls.editor, { name: label, type: 'module' }),
  };
}
