// A call as a command line. Pure.

/**
 * The `curl` that makes a call again. It holds no credential and nobody's identifier: the shell's variables `UPSTREAM`
 * (the base address), `CREDENTIAL` (a whole header) and `IDENTIFIER` stand for them.
 */
export function commandOf({ path, params, identifying }) {
  const address = path.replace('{id}', '$IDENTIFIER');
  const parameters = Object.entries(params).map(([name, value]) =>
    name === identifying ? `--data-urlencode "${name}=$IDENTIFIER"` : `--data-urlencode ${quoted(`${name}=${value}`)}`,
  );
  return [`curl --get "$UPSTREAM${address}"`, '-H "$CREDENTIAL"', ...parameters].join(' \\\n  ');
}

/** A word of a POSIX shell that stands for itself. */
function quoted(text) {
  return /^[\w.,:=/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
