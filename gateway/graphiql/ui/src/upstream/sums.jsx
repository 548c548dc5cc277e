import { bytes, milliseconds } from './units.js';

/** The figures of a report: how many calls, how long, how much, and how much was known. */
export function Sums({ rows: { calls, span, bytes: size, facets }, made }) {
  return (
    <dl className="upstream-sums">
      <Sum name={calls.length === 1 ? 'call' : 'calls'} value={calls.length} />
      {made && calls.length > 0 && <Sum name="upstream" value={milliseconds(span)} />}
      {made && calls.length > 0 && <Sum name="received" value={bytes(size)} />}
      <Sum name="facets known" value={`${facets.known}/${facets.wanted}`} share={facets.known / facets.wanted} />
    </dl>
  );
}

function Sum({ name, value, share }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {share !== undefined && <meter min="0" max="1" value={share} aria-label={name} />}
      </dd>
    </div>
  );
}
