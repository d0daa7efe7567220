// Prisma with its adapter for node-postgres through a pooler. Where to: DATABASE_URL. The argument: unnamed (as it comes) or named.
// Generates the client for schema.prisma first, in a directory of its own.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PrismaPg } = require('@prisma/adapter-pg');

const CLIENTS = 8;
const ROUNDS = 5;

const [variant] = process.argv.slice(2);

/** Returns the generated module. */
function generate(directory) {
  const cli = require.resolve('prisma/build/index.js');
  fs.copyFileSync(path.join(__dirname, 'schema.prisma'), path.join(directory, 'schema.prisma'));
  // The generator looks for its packages from there upwards and nowhere else.
  fs.symlinkSync(path.resolve(path.dirname(cli), '../..'), path.join(directory, 'node_modules'));
  execFileSync(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
    cwd: directory,
    // The engine for migrations is not needed and would be downloaded.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/usr/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
    stdio: 'pipe',
  });
  return require(path.join(directory, 'client'));
}

async function createTables(prisma) {
  await prisma.$executeRawUnsafe('DROP TABLE IF EXISTS prisma_entry, prisma_account');
  await prisma.$executeRawUnsafe(
    'CREATE TABLE prisma_account (id int PRIMARY KEY, owner text NOT NULL UNIQUE, balance numeric NOT NULL,' +
      ' open bool NOT NULL DEFAULT true, notes jsonb, opened timestamptz(3) NOT NULL)',
  );
  await prisma.$executeRawUnsafe(
    'CREATE TABLE prisma_entry (id serial PRIMARY KEY, account_id int NOT NULL REFERENCES prisma_account,' +
      ' amount numeric NOT NULL, tags text[], raw bytea)',
  );
}

async function round(prisma, Prisma, worker, number) {
  const id = worker * 1000 + number;
  const opened = new Date(Date.UTC(2026, 1, 28, 23, 59, 59, number));
  const raw = Uint8Array.from([0, 39, 92, 255, number]);
  await prisma.account.create({
    data: {
      id,
      owner: `it's ${id}`,
      balance: '12345678901234567890.0001',
      notes: { a: [number, null] },
      opened,
      entries: { create: [{ amount: 1.5, tags: ['a', `b${number}`], raw }, { amount: -2, tags: [] }] },
    },
  });
  const found = await prisma.account.findUniqueOrThrow({ where: { id }, include: { entries: { orderBy: { id: 'asc' } } } });
  assert.equal(found.owner, `it's ${id}`);
  assert.equal(found.balance.toFixed(), '12345678901234567890.0001');
  assert.deepEqual(found.notes, { a: [number, null] });
  assert.deepEqual(found.opened, opened);
  assert.deepEqual(found.entries.map(({ amount, tags }) => [amount.toNumber(), tags]), [[1.5, ['a', `b${number}`]], [-2, []]]);
  assert.deepEqual(Uint8Array.from(found.entries[0].raw), raw);

  const updated = await prisma.account.update({ where: { id }, data: { balance: number, open: number % 2 === 0 } });
  assert.equal(updated.balance.toNumber(), number);
  const mine = { id: { gte: worker * 1000, lt: (worker + 1) * 1000 } };
  const all = await prisma.account.findMany({ where: mine, orderBy: { id: 'desc' }, take: 3 });
  assert.equal(all[0].id, id);
  assert.equal(await prisma.account.count({ where: mine }), number + 1);

  await assert.rejects(prisma.account.update({ where: { id: -1 }, data: { open: true } }), { code: 'P2025' });
  await assert.rejects(prisma.account.create({ data: { id, owner: 'twice', balance: 0, opened } }), { code: 'P2002' });
  await assert.rejects(prisma.$queryRaw`SELECT 1 / ${0}::int`, /22012|division by zero/);
  assert.deepEqual(await prisma.$queryRaw`SELECT ${number}::int * 100 + ${worker}::int AS own`, [{ own: number * 100 + worker }]);

  // A batch in one transaction, and one that fails as a whole.
  const [, total] = await prisma.$transaction([
    prisma.account.update({ where: { id }, data: { balance: { increment: 10 } } }),
    prisma.account.aggregate({ where: { id }, _sum: { balance: true } }),
  ]);
  assert.equal(total._sum.balance.toNumber(), number + 10);
  await assert.rejects(
    prisma.$transaction([
      prisma.account.update({ where: { id }, data: { balance: 0 } }),
      prisma.account.create({ data: { id, owner: 'twice', balance: 0, opened } }),
    ]),
    { code: 'P2002' },
  );

  // Interactive ones.
  await prisma.$transaction(async (tx) => {
    const { balance } = await tx.account.findUniqueOrThrow({ where: { id } });
    await tx.entry.create({ data: { accountId: id, amount: balance } });
    await tx.account.update({ where: { id }, data: { balance: balance.plus(1) } });
  }, patient);
  await assert.rejects(
    prisma.$transaction(async (tx) => {
      await tx.account.update({ where: { id }, data: { balance: 0 } });
      await tx.entry.create({ data: { accountId: -1, amount: 0 } });
    }, patient),
    { code: 'P2003' },
  );
  await prisma.$transaction(
    async (tx) => assert.deepEqual(await tx.$queryRaw`SHOW transaction_isolation`, [{ transaction_isolation: 'serializable' }]),
    { ...patient, isolationLevel: Prisma.TransactionIsolationLevel.Serializable },
  );
  const after = await prisma.account.findUniqueOrThrow({ where: { id }, include: { _count: { select: { entries: true } } } });
  assert.equal(after.balance.toNumber(), number + 11);
  assert.equal(after._count.entries, 3);
}

/** On a busy machine. */
const patient = { maxWait: 30_000, timeout: 30_000 };

async function work(prisma, Prisma, worker) {
  for (let number = 0; number < ROUNDS; number++) {
    await round(prisma, Prisma, worker, number);
  }
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pgweir-prisma-'));
  try {
    const { PrismaClient, Prisma } = generate(directory);
    const names = new Map();
    const statementNameGenerator = ({ sql }) => names.get(sql) ?? (names.set(sql, `s${names.size}`), names.get(sql));
    const prisma = new PrismaClient({
      adapter: new PrismaPg(
        { connectionString: process.env.DATABASE_URL, max: CLIENTS },
        variant === 'named' ? { statementNameGenerator } : {},
      ),
    });
    await createTables(prisma);
    await Promise.all(Array.from({ length: CLIENTS }, (_, worker) => work(prisma, Prisma, worker)));
    assert.equal(names.size > 0, variant === 'named');
    assert.equal(await prisma.account.count(), CLIENTS * ROUNDS);
    assert.equal(await prisma.entry.count(), 3 * CLIENTS * ROUNDS);
    await prisma.$disconnect();
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

main().then(
  () => console.log(`passed: ${variant}`),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
