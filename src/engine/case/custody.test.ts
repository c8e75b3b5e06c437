import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { openTestCase, testEnvironment } from '../test-environment.ts';
import { readCustody } from './custody.ts';
import type { OpenedCase } from './opened-case.ts';

function rows(openedCase: OpenedCase, sql: string): Promise<Record<string, unknown>[]> {
  return openedCase.withConnection(async (connection) => (await connection.runAndReadAll(sql)).getRowObjects());
}

test('entries written at once form one chain that anyone can recompute', async () => {
  const environment = await testEnvironment();
  const openedCase = await openTestCase(environment);
  const details = Array.from({ length: 20 }, (_, index) => ({ index, text: 'ü "quoted" \\ \n \u0001 😀', none: null }));
  await Promise.all(details.map((detail) => openedCase.recordCustody('exported', detail)));

  const { entries, isChainIntact } = await openedCase.withConnection(readCustody);
  expect(isChainIntact).toBe(true);
  expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 22 }, (_, index) => index + 1));
  expect(entries.slice(2).map((entry) => entry.detail)).toEqual(details);
  expect(environment.notices.filter((topic) => topic === 'custody')).toHaveLength(21);

  let previousHash = '0'.repeat(64);
  const stored = await rows(
    openedCase,
    'SELECT * REPLACE (epoch_us(recordedAt)::VARCHAR AS recordedAt) FROM custody ORDER BY sequence',
  );
  for (const row of stored) {
    const micros = BigInt(String(row.recordedAt));
    const iso = new Date(Number(micros / 1000n))
      .toISOString()
      .replace('Z', String(micros % 1000n).padStart(3, '0') + 'Z');
    const covered = [previousHash, row.sequence, iso, row.operator, row.application, row.action, row.detail];
    expect(row.previousHash).toBe(previousHash);
    expect(row.hash).toBe(createHash('sha256').update(JSON.stringify(covered)).digest('hex'));
    previousHash = String(row.hash);
  }
});

test.for([
  `UPDATE custody SET detail = '{"index":9}' WHERE sequence = 4`,
  `UPDATE custody SET operator = 'someone else' WHERE sequence = 1`,
  `UPDATE custody SET recordedAt = recordedAt + INTERVAL 1 MICROSECOND WHERE sequence = 3`,
  `DELETE FROM custody WHERE sequence = 3`,
  `DELETE FROM custody WHERE sequence = 1`,
  `INSERT INTO custody SELECT * FROM custody WHERE sequence = 2`,
])('the chain shows an alteration: %s', async (alteration) => {
  const openedCase = await openTestCase(await testEnvironment());
  for (let index = 0; index < 3; index++) await openedCase.recordCustody('exported', { index });
  expect((await openedCase.withConnection(readCustody)).isChainIntact).toBe(true);
  await rows(openedCase, alteration);
  expect((await openedCase.withConnection(readCustody)).isChainIntact).toBe(false);
});
