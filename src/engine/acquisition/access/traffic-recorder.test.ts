import { expect, test } from 'vitest';
import { TrafficRecorder } from './traffic-recorder.ts';

test('requests, retries and hosts are counted', () => {
  const traffic = new TrafficRecorder();
  traffic.begin('a.example', 'attempt=1; max=8');
  traffic.begin('a.example', 'attempt=2; max=8');
  traffic.begin('b.example:9000', 'attempt=12; max=20');
  traffic.begin('b.example:9000', undefined);
  expect(traffic).toMatchObject({ requests: 4, retries: 2, hosts: ['a.example', 'b.example:9000'], clockSkewMs: null });
});

test.each([0, 400_123, -3_600_777, 55])('a clock that is %d ms ahead is measured to a tenth of a second', (skewMs) => {
  let now = Date.UTC(2026, 0, 1) + 123;
  const traffic = new TrafficRecorder(() => now + skewMs);
  // The server's clock is `now`; each call takes 40 ms there and back.
  for (let call = 0; call < 200; call += 1) {
    const { answered } = traffic.begin('s3', undefined);
    now += 20;
    const date = new Date(now).toUTCString();
    now += 20;
    answered(date);
    now += 57;
  }
  expect(Math.abs((traffic.clockSkewMs ?? NaN) - skewMs)).toBeLessThan(100);
});

test('a clock that is set right in between does not leave a mixture', () => {
  let now = Date.UTC(2026, 0, 1);
  let skewMs = 600_000;
  const traffic = new TrafficRecorder(() => now + skewMs);
  const call = (): void => {
    const { answered } = traffic.begin('s3', undefined);
    answered(new Date(now).toUTCString());
    now += 730;
  };
  for (let count = 0; count < 20; count += 1) call();
  skewMs = 0;
  for (let count = 0; count < 20; count += 1) call();
  expect(Math.abs(traffic.clockSkewMs ?? NaN)).toBeLessThan(500);
});

test('an answer without a date, or with nonsense for one, says nothing', () => {
  const traffic = new TrafficRecorder();
  traffic.begin('s3', undefined).answered(undefined);
  traffic.begin('s3', undefined).answered('yesterday');
  expect(traffic.clockSkewMs).toBeNull();
});
