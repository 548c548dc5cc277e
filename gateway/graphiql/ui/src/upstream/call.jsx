import { Command } from './command.jsx';
import { bytes, counted, milliseconds } from './units.js';

/** One upstream call: where it lies in time, and which field put which parameter on it. */
export function CallRow({ call }) {
  const made = call.milliseconds !== null;
  return (
    <li className="upstream-call" data-endpoint={call.endpoint} data-failed={call.failed}>
      <div className="upstream-call-head">
        <span className="upstream-endpoint">{call.endpoint}</span>
        <span className="upstream-path" title={call.path}>
          {call.path}
        </span>
        {call.wave > 1 && <span className="upstream-tag">after another</span>}
        {made && <span className="upstream-status">{call.status ?? 'no answer'}</span>}
      </div>
      {made && (
        <div className="upstream-time">
          <Bar bar={call.bar} />
          <span className="upstream-figure">{milliseconds(call.milliseconds)}</span>
          <span className="upstream-figure">{bytes(call.bytes)}</span>
        </div>
      )}
      <p className="upstream-for">
        for {call.customers.map((customer) => customer.replace(':', ' ')).join(', ')}
        {call.attempts > 1 && `, in ${counted(call.attempts, 'attempt')}`}
      </p>
      <ul className="upstream-causes" aria-label="Which field asked for what">
        {call.causes.map((cause) => (
          <Cause key={cause.facet} cause={cause} />
        ))}
      </ul>
      <Command text={call.command} />
    </li>
  );
}

function Bar({ bar }) {
  const style = bar ? { marginInlineStart: `${bar.left}%`, width: `${bar.width}%` } : { width: 0 };
  return (
    <span className="upstream-track" aria-hidden="true">
      <span className="upstream-bar" style={style} />
    </span>
  );
}

function Cause({ cause: { facet, fields, sends } }) {
  return (
    <li>
      <span className="upstream-fields">
        {fields.length === 0 ? <em>that the customer exists</em> : fields.map((field) => <code key={field}>{field}</code>)}
      </span>
      <span className="upstream-sends" title={facet}>
        {sends.length === 0 ? <em>comes with every call</em> : sends.map((sent) => <code key={sent}>{sent}</code>)}
      </span>
    </li>
  );
}
