import { useId, useRef, useSyncExternalStore } from 'react';

import { useEditors } from './editors.js';
import { Report } from './report.jsx';
import { ARIA_SHORTCUT, SHORTCUT, useShortcut } from './shortcut.js';

/** What upstream is asked for the query in the editors, beside its result. `upstream` is a `Watch`. */
export function UpstreamPanel({ upstream }) {
  const { open, report, note } = useSyncExternalStore(upstream.subscribe, upstream.snapshot);
  const read = useEditors(upstream.edited);
  const [heading, body] = [useId(), useId()];
  const button = useRef(null);

  function toggle() {
    upstream.setOpen(!open);
    if (!open) upstream.edited(read);
    button.current.focus();
  }
  useShortcut(toggle);

  return (
    <section className="upstream" aria-labelledby={heading} data-open={open}>
      <header className="upstream-header">
        <h2 id={heading}>Upstream</h2>
        {open && <Kind report={report} />}
        <button
          type="button"
          ref={button}
          className="upstream-toggle"
          aria-expanded={open}
          aria-controls={body}
          aria-keyshortcuts={ARIA_SHORTCUT}
          aria-label={open ? 'Hide upstream panel' : 'Show upstream panel'}
          onClick={toggle}
        >
          <kbd>{SHORTCUT}</kbd>
          {open ? 'Hide' : 'Show'}
        </button>
      </header>
      <div id={body} className="upstream-body" hidden={!open} tabIndex={open ? 0 : undefined}>
        {open && <Report report={report} note={note} />}
      </div>
    </section>
  );
}

function Kind({ report: { kind } }) {
  if (kind === 'planned') return <span className="upstream-kind planned">Plan</span>;
  return kind === 'made' ? <span className="upstream-kind made">Ran</span> : null;
}
