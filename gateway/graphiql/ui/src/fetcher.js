/**
 * A GraphiQL fetcher that asks through `asker` and resolves to the decoded answer.
 *
 * While somebody looks at `upstream` (see `upstream/watch.js`), every run is explained there; the result pane shows
 * what a client would get, without the explanation. Who asked for that by a header of their own gets it as it came.
 */
export function createFetcher(asker, upstream) {
  return async function fetchOperation(operation, { headers } = {}) {
    const introspects = operation.operationName === 'IntrospectionQuery';
    if (introspects || !upstream.isOpen() || asker.explainsItself(headers)) {
      return (await asker.ask(operation, { headers })).answer;
    }
    upstream.running();
    const explained = await asker.ask(operation, { headers, explain: 'analyze' });
    if (explained.refused) {
      upstream.show({ kind: 'refused', reason: explained.refused });
      return (await asker.ask(operation, { headers })).answer;
    }
    const { extensions: { explain, ...others } = {}, ...answer } = explained.answer;
    upstream.show(explain ? { kind: 'made', explain, took: explained.took } : { kind: 'unasked', answer });
    return Object.keys(others).length > 0 ? { ...answer, extensions: others } : answer;
  };
}
