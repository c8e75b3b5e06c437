import { expect, test } from 'vitest';
import { openTestCase } from '#engine/query/test-case.ts';
import { findEvent } from './find-event.ts';

test('an event is found by its eventID, whatever its letters’ case; any other text finds none', async () => {
  await using opened = await openTestCase();
  await opened.withConnection((connection) =>
    connection.run(
      `INSERT INTO events BY NAME SELECT '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0'::UUID AS eventID, 4 AS fileId, 9 AS recordIndex`,
    ),
  );
  const place = { fileId: 4, recordIndex: 9 };
  expect(await findEvent(opened, '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0')).toEqual(place);
  expect(await findEvent(opened, '0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0')).toEqual(place);
  for (const text of ['', `' OR true --`, '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1']) {
    expect(await findEvent(opened, text)).toBeNull();
  }
});
