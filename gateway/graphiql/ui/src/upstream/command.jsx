import { useRef, useState } from 'react';

/** A command line that can be unfolded and copied. */
export function Command({ text }) {
  const block = useRef(null);
  const [copied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      window.getSelection().selectAllChildren(block.current); // no clipboard without TLS, or not allowed: the keys do it
    }
  }

  return (
    <details className="upstream-command">
      <summary>curl</summary>
      <pre ref={block} tabIndex={0}>
        {text}
      </pre>
      <button type="button" onClick={copy} onBlur={() => setCopied(false)}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </details>
  );
}
