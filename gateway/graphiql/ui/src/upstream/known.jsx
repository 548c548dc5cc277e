import { age } from './units.js';

const STATES = {
  hit: 'cache',
  stale: 'cache, being fetched anew',
  joined: 'another request’s call',
  spared: 'kept for when upstream fails',
};

/** What no call was made for: from where it came instead, and how old it is. */
export function KnownRows({ known }) {
  return (
    <section aria-labelledby="upstream-known">
      <h3 id="upstream-known">Known already</h3>
      <ul className="upstream-known">
        {known.map((row) => (
          <KnownRow key={row.key} row={row} />
        ))}
      </ul>
    </section>
  );
}

function KnownRow({ row: { facet, state, count, fields, age: seconds } }) {
  return (
    <li data-state={state}>
      <span className="upstream-fields" title={facet}>
        {fields.length === 0 ? <em>that the customer exists</em> : fields.map((field) => <code key={field}>{field}</code>)}
        {count > 1 && <span className="upstream-count">×{count}</span>}
      </span>
      <span className="upstream-from">{STATES[state]}</span>
      <span className="upstream-age">{seconds !== null && age(seconds)}</span>
    </li>
  );
}
