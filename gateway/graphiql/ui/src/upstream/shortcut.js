import { isMacOs } from '@graphiql/react';
import { useEffect } from 'react';

// Neither GraphiQL, Monaco nor a browser has this one. By its place on the keyboard: with Alt, letters change.
const KEY = 'KeyU';

export const SHORTCUT = isMacOs ? '⌃⌥U' : 'Ctrl+Alt+U';
export const ARIA_SHORTCUT = 'Control+Alt+U';

/** Calls `act` when the panel's keys are pressed, wherever on the page. */
export function useShortcut(act) {
  useEffect(() => {
    const onKeyDown = (event) => {
      if (event.code !== KEY || !event.ctrlKey || !event.altKey || event.shiftKey || event.metaKey) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  });
}
