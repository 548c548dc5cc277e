// Renders the React example as a server would, with the questions it asks: `node render.cjs COMPILED URL MOBILE`.
const { createElement } = require('react');
const { renderToStaticMarkup } = require('react-dom/server');
const { ApolloProvider } = require('@apollo/client/react');
const { prerenderStatic } = require('@apollo/client/react/ssr');

const [compiled, url, mobile] = process.argv.slice(2);
const { loyalty } = require(`${compiled}/client.js`);
const { CustomerScreen } = require(`${compiled}/CustomerScreen.js`);

async function main() {
  const { noting, tell } = await import('./noting.mjs');
  const { requests, fetch } = noting();
  const client = loyalty(url, fetch);
  const tree = createElement(ApolloProvider, { client }, createElement(CustomerScreen, { by: { mobile } }));
  const { result } = await prerenderStatic({ tree, context: { client }, renderFunction: renderToStaticMarkup });
  tell({ html: result, requests });
}

main();
