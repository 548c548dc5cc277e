// The gateway without a library: one file, Node 20 or newer, or a browser.
//
//   node examples/fetch/customer.mjs http://127.0.0.1:8000/graphql 919800000001
//
// It asks by GET and by the document's hash, sends the text once where the gateway does not know it yet, waits where
// the gateway is too busy, and tells half an answer from a whole one.

const HEADER = `query CustomerHeader($by: CustomerBy!) {
  customer(by: $by) {
    id
    firstName
    points { loyaltyPoints currentSlab }
    cards { cardNumber }
    slabHistory { to changedOn }
  }
}`;

/** An answer without data: nothing was executed. `code` says why, `requestId` is what to report. */
class GatewayError extends Error {
  constructor({ message, extensions }, response) {
    super(message);
    this.name = 'GatewayError';
    this.code = extensions?.code;
    this.requestId = response.headers.get('x-request-id');
  }
}

async function sha256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function request(url, parameters, signal) {
  const headers = { accept: 'application/graphql-response+json' };
  if (parameters.query) {
    headers['content-type'] = 'application/json';
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(parameters), signal });
  }
  const address = new URL(url);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, JSON.stringify(value));
  return fetch(address, { headers: { ...headers, 'graphql-require-preflight': '1' }, signal });
}

/** Data, and the errors of fields that could not be had. Throws a GatewayError where there is no data at all. */
export async function ask(url, query, variables, { signal, patience = 2 } = {}) {
  const extensions = { persistedQuery: { version: 1, sha256Hash: await sha256(query) } };
  for (let parameters = { variables, extensions }; ; ) {
    const response = await request(url, parameters, signal);
    const answer = await response.json();
    const [error] = answer.errors ?? [];
    if (response.status === 503 && patience-- > 0) {
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    } else if (error?.extensions.code === 'PERSISTED_QUERY_NOT_FOUND' && !parameters.query) {
      parameters = { query, variables, extensions }; // registers it: from now on the hash is enough
    } else if (error?.extensions.code === 'PERSISTED_QUERY_NOT_SUPPORTED' && !parameters.query) {
      parameters = { query, variables };
    } else if (answer.data === undefined) {
      throw new GatewayError(error, response);
    } else {
      return { data: answer.data, errors: answer.errors ?? [] };
    }
  }
}

const [url, mobile] = process.argv.slice(2);
try {
  const { data, errors } = await ask(url, HEADER, { by: { mobile } }, { signal: AbortSignal.timeout(10_000) });
  for (const { path, extensions } of errors) console.error(`${path.join('.')}: ${extensions.code}`);
  if (data.customer) {
    const { firstName, points, cards, slabHistory } = data.customer;
    console.log(`${firstName}: ${points?.loyaltyPoints} points, ${points?.currentSlab}`);
    console.log(slabHistory ? `${slabHistory.length} changes of tier` : 'changes of tier: not known now');
    console.log(cards ? `${cards.length} cards` : 'cards: not known now');
  } else if (errors.length === 0) {
    console.log('no such customer');
  }
} catch (error) {
  console.error(`${error.code ?? error.name}: ${error.message}`);
  process.exitCode = 1;
}
