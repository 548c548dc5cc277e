const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/**
 * A GraphiQL fetcher that POSTs each operation to `endpoint` and resolves to the decoded answer.
 *
 * GraphQL errors are part of an answer, whatever its HTTP status. An answer that is not JSON (a proxy's error
 * page, say) becomes an error that GraphiQL shows in the result pane.
 */
export function createFetcher(endpoint) {
  return async function fetchOperation(operation, { headers = {} } = {}) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { accept: ACCEPT, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(operation),
    });
    const body = await response.text();
    try {
      return JSON.parse(body);
    } catch {
      throw new Error(`HTTP ${response.status}, and the body is not JSON: ${body.slice(0, 500)}`);
    }
  };
}
