// Where the explorer keeps tabs, history and sizes: the browser's storage, without the values of headers.
//
// GraphiQL's history keeps the headers of every query it has seen, whatever `shouldPersistHeaders` says, and a
// credential in the browser's storage can be read by whoever sits there next.

const HISTORY = new Set(['graphiql:queries', 'graphiql:favorites']);
// Editors against result and upstream panel, until somebody drags the bar between them.
const FIRST_SIZES = { 'graphiql:editorFlex': '0.72' };
const UPSTREAM = 'graphiql:upstream';

function withoutHeaders(value) {
  try {
    return JSON.stringify(JSON.parse(value), (key, member) => (key === 'headers' ? undefined : member));
  } catch {
    return ''; // no JSON of GraphiQL's: nothing to keep
  }
}

export const storage = {
  getItem: (name) => localStorage.getItem(name) ?? FIRST_SIZES[name] ?? null,
  setItem: (name, value) => localStorage.setItem(name, HISTORY.has(name) ? withoutHeaders(value) : value),
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};

/**
 * Has a new visitor begin at `tab`. GraphiQL keeps what stands in the editors when it changes, and would find neither
 * variables at first nor, after a reload, the tab that a changed query belongs to.
 */
export function beginAt(tab) {
  if (!tab || localStorage.getItem('graphiql:tabState') !== null) return;
  for (const editor of ['query', 'variables']) {
    if (tab[editor] === null) localStorage.removeItem(`graphiql:${editor}`);
    else localStorage.setItem(`graphiql:${editor}`, tab[editor]);
  }
}

/** Whether the upstream panel was left open; it is at first. */
export const upstreamOpen = {
  read: () => localStorage.getItem(UPSTREAM) !== 'closed',
  write: (open) => localStorage.setItem(UPSTREAM, open ? 'open' : 'closed'),
};
