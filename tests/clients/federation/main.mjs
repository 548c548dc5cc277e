// Composes the gateway's graph with one of orders, and asks both through Apollo's federating gateway.
import { composeServices } from "@apollo/composition";
import { ApolloGateway, LocalGraphQLDataSource, RemoteGraphQLDataSource } from "@apollo/gateway";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const [url, ...ids] = process.argv.slice(2);

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { orders: [Order!]! }
  type Order @key(fields: "number") { number: ID! customer: Customer! }
  type Customer @key(fields: "id", resolvable: false) { id: ID! }
`);
const orders = ids.map((id, place) => ({ number: String(place), customer: { id } }));
const shop = buildSubgraphSchema([{ typeDefs, resolvers: { Query: { orders: () => orders } } }]);

const response = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: "{ _service { sdl } }" }),
});
const { sdl } = (await response.json()).data._service;
const composed = composeServices([
  { name: "loyalty", url, typeDefs: parse(sdl) },
  { name: "shop", url: "http://shop", typeDefs },
]);
if (composed.errors) throw new Error(composed.errors.map((error) => error.message).join("\n"));

const referred = [];
class Loyalty extends RemoteGraphQLDataSource {
  willSendRequest({ request }) {
    if (request.variables?.representations) referred.push(request.variables.representations.length);
  }
}
const gateway = new ApolloGateway({
  supergraphSdl: composed.supergraphSdl,
  buildService: ({ name }) => (name === "loyalty" ? new Loyalty({ url }) : new LocalGraphQLDataSource(shop)),
});
const { executor, schema } = await gateway.load();

async function ask(source) {
  const document = parse(source);
  const [operation] = document.definitions;
  const request = { query: source, variables: {}, http: { headers: new Headers() } };
  const context = { request, document, operation, source, schema, operationName: null, queryHash: source };
  const { data, errors } = await executor({ ...context, context: {}, cache: new Map(), logger: console, metrics: {} });
  return { data, errors };
}

const answers = {
  hints: composed.hints.map((hint) => hint.message),
  orders: await ask("{ orders { number customer { id firstName slabHistory { to } } } }"),
  customer: await ask('{ customer(by: { mobile: "919800000001" }) { id firstName } }'),
  referred,
};
await gateway.stop();
console.log(JSON.stringify(answers));
