const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
const EXPLAIN = 'x-gateway-explain';
// What a header holds that nobody has filled in yet, as in the headers editor of a new tab.
const UNFILLED = /^\s*(bearer\s*)?$/i;

/**
 * Asks the GraphQL endpoint. GraphQL errors are part of an answer, whatever its HTTP status.
 *
 * `explains` says whether the gateway explains at all. It may do so for staff only: then `ask` answers `{ refused }`
 * with its reason to whoever wanted an explanation, and does not ask again on behalf of the same headers.
 */
export class Asker {
  #endpoint;
  #explains;
  #refusals = new Map();

  constructor(endpoint, { explains }) {
    this.#endpoint = endpoint;
    this.#explains = explains;
  }

  /** Whether the headers ask for an explanation by themselves. */
  explainsItself(headers) {
    return EXPLAIN in sent(headers);
  }

  /** `{ answer, took }`, the milliseconds as seen from here; or `{ refused }`, which only an explanation can be. */
  async ask(operation, { headers, explain, signal, accept = ACCEPT } = {}) {
    const own = sent(headers);
    const asked = JSON.stringify(own);
    if (explain) {
      if (!this.#explains) return { refused: 'off' };
      if (this.#refusals.has(asked)) return { refused: this.#refusals.get(asked) };
      own[EXPLAIN] = explain;
    }
    const began = performance.now();
    const response = await fetch(this.#endpoint, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', ...own },
      body: JSON.stringify(operation),
      signal,
    });
    const answer = decoded(response, await response.text());
    const took = performance.now() - began;
    const refusal = explain && response.status === 403 ? answer.errors?.[0].message : null;
    if (!refusal?.startsWith(EXPLAIN)) return { answer, took };
    this.#refusals.set(asked, refusal);
    return { refused: refusal };
  }
}

/** Headers as they are sent: by their names in small letters, without those that are not filled in. */
function sent(headers = {}) {
  const filled = Object.entries(headers).filter(([, value]) => !UNFILLED.test(String(value)));
  return Object.fromEntries(filled.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** The answer; one that is not JSON (a proxy's error page, say) becomes an error that GraphiQL shows as the result. */
function decoded(response, body) {
  try {
    return JSON.parse(body);
  } catch {
    throw new Error(`HTTP ${response.status}, and the body is not JSON: ${body.slice(0, 500)}`);
  }
}
