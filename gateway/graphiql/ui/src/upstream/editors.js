import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect, useRef } from 'react';

const EDITORS = pick('queryEditor', 'variableEditor', 'headerEditor', 'operationName', 'schema');

/** Tells `edited` of every change in the three editors, and when they are there, with a way to read them later. */
export function useEditors(edited) {
  const editors = useGraphiQL(EDITORS);
  const latest = useRef(editors);
  latest.current = editors;
  const { queryEditor, variableEditor, headerEditor } = editors;
  useEffect(() => {
    if (!queryEditor) return undefined;
    const read = () => contents(latest.current);
    const tell = () => edited(read);
    tell();
    const watched = [queryEditor, variableEditor, headerEditor].filter(Boolean);
    const subscriptions = watched.map((editor) => editor.onDidChangeModelContent(tell));
    return () => subscriptions.forEach((subscription) => subscription.dispose());
  }, [edited, queryEditor, variableEditor, headerEditor]);
  return () => contents(latest.current);
}

function contents({ queryEditor, variableEditor, headerEditor, operationName, schema }) {
  return {
    query: queryEditor.getValue(),
    variables: variableEditor?.getValue(),
    headers: headerEditor?.getValue(),
    operationName,
    schema,
  };
}
