// node-postgres by TLS. Where to and who: the environment (PGHOST, …); ROOT_CERTIFICATE is the authority's file.
'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { Client } = require('pg');

const ca = readFileSync(process.env.ROOT_CERTIFICATE);

async function connect(config) {
  const client = new Client(config);
  await client.connect();
  return client;
}

async function main() {
  for (const enableChannelBinding of [true, false]) {
    const client = await connect({ ssl: { ca, rejectUnauthorized: true }, enableChannelBinding });
    const { rows } = await client.query('SELECT $1::int AS answer', [42]);
    assert.equal(rows[0].answer, 42);
    await client.end();
  }
  await assert.rejects(connect({ ssl: { rejectUnauthorized: true } }), /certificate/);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
