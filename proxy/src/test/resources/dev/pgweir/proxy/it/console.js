// node-postgres on the console. Where to and who: the environment (PGHOST, …).
'use strict';

const assert = require('node:assert/strict');
const { Client } = require('pg');
const Cursor = require('pg-cursor');

async function main() {
  const client = new Client();
  const notices = [];
  client.on('notice', (notice) => notices.push(notice.message));
  await client.connect();

  const simple = await client.query('SHOW LISTS');
  // A name makes it a prepared statement.
  for (let i = 0; i < 3; i++) {
    const prepared = await client.query({ name: 'lists', text: 'SHOW LISTS' });
    assert.deepEqual(prepared.rows.map((row) => row.list), simple.rows.map((row) => row.list));
    assert.equal(typeof prepared.rows[0].items, 'number');
  }

  const unnamed = await client.query({ text: 'SHOW VERSION', values: [] });
  assert.match(unnamed.rows[0].version, /^PgWeir /);

  await client.query({ name: 'pause', text: 'PAUSE app' });
  const databases = await client.query('SHOW DATABASES');
  assert.equal(databases.rows.find((row) => row.name === 'app').paused, 1);
  await client.query('RESUME app');

  // A cursor asks for a few rows at a time.
  const cursor = client.query(new Cursor('SHOW LISTS'));
  const read = [];
  for (let rows = await cursor.read(3); rows.length > 0; rows = await cursor.read(3)) {
    assert.ok(rows.length <= 3);
    read.push(...rows);
  }
  await cursor.close();
  assert.deepEqual(read.map((row) => row.list), simple.rows.map((row) => row.list));

  await assert.rejects(client.query({ name: 'wrong', text: 'SHOW NOTHING' }), { code: '42601' });
  await assert.rejects(client.query({ text: 'KILL_CLIENT $1', values: ['7'] }), { code: '08P01' });
  await client.query('SET extra_float_digits = 3');
  assert.equal(notices.length, 1);

  await client.end();
  console.log('passed');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
