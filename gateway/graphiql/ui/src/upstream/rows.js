// From `extensions.explain` to what the panel shows. Pure.

import { commandOf } from './command.js';

const STATES = ['hit', 'stale', 'joined', 'spared'];

/** The calls on one time axis, what came from elsewhere, and the sums. */
export function rowsOf(explain) {
  const span = Math.max(0, ...explain.calls.map(endOf));
  const known = knownOf(explain);
  return {
    calls: explain.calls.map((call, index) => callRow(call, index, span)),
    known,
    span,
    bytes: explain.calls.reduce((sum, call) => sum + (call.bytes ?? 0), 0),
    fewest: explain.calls.length > 0 && explain.calls.length === explain.lowerBound,
    facets: { known: new Set(known.map(({ facet }) => facet)).size, wanted: Object.keys(explain.fields).length },
  };
}

function endOf({ start, ms }) {
  return (start ?? 0) + (ms ?? 0);
}

function callRow(call, index, span) {
  return {
    key: index,
    endpoint: call.endpoint,
    path: call.path,
    wave: call.wave,
    status: call.status,
    attempts: call.attempts,
    milliseconds: call.ms,
    bytes: call.bytes,
    failed: call.ms !== null && !(call.status >= 200 && call.status < 300),
    bar: call.ms !== null && span > 0 ? { left: (call.start / span) * 100, width: (call.ms / span) * 100 } : null,
    customers: call.customers,
    causes: Object.keys(call.cause)
      .map((facet) => ({ facet, fields: call.cause[facet], sends: call.sends[facet] ?? [] }))
      .sort((one, other) => other.sends.length - one.sends.length),
    command: commandOf(call),
  };
}

/** Facets that no call was made for, by how they came; each once, with how many customers it stands for. */
function knownOf({ cache, fields }) {
  return STATES.flatMap((state) => {
    const counts = new Map();
    for (const facet of cache[state]) counts.set(facet, (counts.get(facet) ?? 0) + 1);
    return [...counts].map(([facet, count]) => ({
      key: `${state} ${facet}`,
      facet,
      state,
      count,
      fields: fields[facet] ?? [],
      age: cache.ages[facet] ?? null,
    }));
  });
}
