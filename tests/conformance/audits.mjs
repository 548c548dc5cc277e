// Runs every server audit of graphql-http against a URL; prints [{id, name, status, reason}].
import { serverAudits } from 'graphql-http';

const found = [];
for (const audit of serverAudits({ url: process.argv[2] })) {
  const result = await audit.fn();
  found.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason });
}
console.log(JSON.stringify(found));
