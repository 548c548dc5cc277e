import { CallRow } from './call.jsx';
import { KnownRows } from './known.jsx';
import { rowsOf } from './rows.js';
import { Sums } from './sums.jsx';
import { counted, milliseconds } from './units.js';

/** The body of the panel: what a report (see `Watch`) says. */
export function Report({ report, note }) {
  return (
    <>
      <p className="upstream-note" role="status" hidden={!note}>
        {note}
      </p>
      {'explain' in report ? <Explained report={report} dimmed={Boolean(note)} /> : <Nothing report={report} />}
    </>
  );
}

function Explained({ report: { kind, explain, took }, dimmed }) {
  const rows = rowsOf(explain);
  const made = kind === 'made';
  return (
    <div className="upstream-report" data-kind={kind} data-dimmed={dimmed}>
      <p className="upstream-said" role="status">
        {said(rows, made, took)}
      </p>
      {rows.facets.wanted > 0 && <Sums rows={rows} made={made} />}
      {rows.calls.length > 0 && (
        <section aria-label="Calls">
          {made && <Axis span={rows.span} />}
          <ol className="upstream-calls">
            {rows.calls.map((call) => (
              <CallRow key={call.key} call={call} />
            ))}
          </ol>
        </section>
      )}
      {rows.known.length > 0 && <KnownRows known={rows.known} />}
      {rows.calls.length > 0 && (
        <p className="upstream-small">
          Identifiers are masked, here and in the commands: <code>$IDENTIFIER</code> stands for them,{' '}
          <code>$UPSTREAM</code> for the address and <code>$CREDENTIAL</code> for a header that you must bring.
        </p>
      )}
    </div>
  );
}

/** The report in one sentence, for those who listen as well. */
function said({ calls, facets, fewest }, made, took) {
  if (facets.wanted === 0) return 'This asks nothing of upstream.';
  const number = `${counted(calls.length, 'call')}${fewest ? ', the fewest possible' : ''}`;
  if (!made) {
    return calls.length > 0
      ? `Running this would make ${number}.`
      : 'Running this would make no call: everything is known.';
  }
  return `Made ${calls.length > 0 ? number : 'no call'}; answered in ${milliseconds(took)}.`;
}

function Axis({ span }) {
  return (
    <div className="upstream-axis" aria-hidden="true">
      <span>0</span>
      <span>{milliseconds(span / 2)}</span>
      <span>{milliseconds(span)}</span>
    </div>
  );
}

function Nothing({ report: { kind, reason, answer } }) {
  switch (kind) {
    case 'refused':
      return reason === 'off' ? <Off /> : <NotYou reason={reason} />;
    case 'unasked':
      return (
        <p className="upstream-empty">
          {answer.errors ? 'The query was refused before anything was asked upstream.' : 'Nothing was asked upstream.'}
        </p>
      );
    default:
      return <p className="upstream-empty">Type a query: what it would ask upstream is shown here before it runs.</p>;
  }
}

function Off() {
  return (
    <p className="upstream-empty">
      This gateway does not explain its answers. Its operator can switch that on with <code>GATEWAY_EXPLAIN=true</code>.
      Queries run all the same.
    </p>
  );
}

function NotYou({ reason }) {
  return (
    <p className="upstream-empty">
      The gateway does not explain its answers to you: <q>{reason}</q> Put the token or key of somebody on the staff under{' '}
      <em>Headers</em>, as <code>authorization</code>. Queries run all the same.
    </p>
  );
}
