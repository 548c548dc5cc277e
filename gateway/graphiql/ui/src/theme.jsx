import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

const THEME = pick('theme');

/** Has the editors follow when the system turns dark or light: GraphiQL looks once, while its style sheet follows. */
export function SystemTheme() {
  const { theme } = useGraphiQL(THEME);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = () => theme === null && setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}
