// Where the explorer keeps tabs, history and sizes: the browser's storage, without the values of headers.
//
// GraphiQL's history keeps the headers of every query it has seen, whatever `shouldPersistHeaders` says, and a
// credential in the browser's storage can be read by whoever sits there next.

const HISTORY = new Set(['graphiql:queries', 'graphiql:favorites']);

function withoutHeaders(value) {
  try {
    return JSON.stringify(JSON.parse(value), (key, member) => (key === 'headers' ? undefined : member));
  } catch {
    return ''; // no JSON of GraphiQL's: nothing to keep
  }
}

export const storage = {
  getItem: (name) => localStorage.getItem(name),
  setItem: (name, value) => localStorage.setItem(name, HISTORY.has(name) ? withoutHeaders(value) : value),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};
