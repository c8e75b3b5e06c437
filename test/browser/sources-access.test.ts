import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { AwsHome } from '../acquisition/support/aws-home.ts';
import { testS3 } from '../acquisition/support/rgw.ts';
import { ScriptedServer } from '../acquisition/support/scripted-server.ts';
import { makeTrail, totals, type Trail } from '../acquisition/support/trail-objects.ts';
import { answerAsAws, awsConfig, foreignPage, mfaSerial, rightCode, roleArn, sessionArn } from './aws-answers.ts';
import { startBrowserApp, type BrowserApp } from './browser-app.ts';
import { createCase } from './case-pages.ts';
import { chooseProfile, connect, endedFetch, fillPlace, keysOf, sourceDialog } from './source-pages.ts';

const s3 = await testS3();

describe.skipIf(!s3)('what stands between a person and a bucket', () => {
  const server = s3!;
  let home: AwsHome;
  let aws: ScriptedServer;
  let app: BrowserApp;
  let page: Page;
  let bucket: string;
  let trail: Trail;

  beforeAll(async () => {
    aws = await ScriptedServer.start((request) => answerAsAws(request, server.keys));
    home = await AwsHome.create();
    home.set({ AWS_ENDPOINT_URL_STS: aws.url, AWS_ENDPOINT_URL_SSO: aws.url, AWS_ENDPOINT_URL_SSO_OIDC: aws.url });
    const { keys } = server;
    const strangerKeys = await server.makeUser({ mayRead: [] });
    await home.write('credentials', [
      keysOf('reader', keys),
      keysOf('mistyped', { ...keys, secretAccessKey: 'not the secret' }),
      keysOf('deleted', { ...keys, accessKeyId: 'AKIANOSUCHKEY' }),
      keysOf('stranger', strangerKeys),
    ].join('')); // prettier-ignore
    await home.write('config', awsConfig);
    bucket = await server.makeBucket();
    trail = makeTrail({ objects: 120, bucket, dayCount: 2, seed: 5 });
    await server.putObjects(bucket, trail.objects);
    app = await startBrowserApp();
    page = app.page;
    await createCase(page, 'Who may', app.folder);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await aws.stop();
    await server.releaseBucket(bucket);
    await home.remove();
  });

  const pressConnect = () => sourceDialog(page).getByRole('button', { name: 'Connect' }).click();
  const mfaDialog = () => page.getByRole('dialog', { name: 'MFA code' });

  async function failsWith(sentence: RegExp): Promise<void> {
    await pressConnect();
    await sourceDialog(page).getByRole('alert').getByText(sentence).waitFor();
    await expect.poll(() => sourceDialog(page).getByRole('alert').count()).toBe(1);
  }

  test('a wrong secret, an unknown key, a missing bucket and a stranger’s keys each have their own sentence', async () => {
    const dialog = await fillPlace(page, {
      url: `s3://${bucket}`,
      endpointUrl: server.endpoint,
      profile: 'mistyped',
    });
    await failsWith(/The secret access key does not belong to the access key ID.*profile “mistyped”/);
    await chooseProfile(dialog, 'deleted');
    await failsWith(/The access key ID is not known at .*profile “deleted”/);
    await chooseProfile(dialog, 'stranger');
    await failsWith(/may not s3:ListBucket.* the permission s3:ListBucket.* is missing/);
    await chooseProfile(dialog, 'reader');
    await dialog.getByRole('textbox', { name: /^Bucket/ }).fill('s3://no-such-bucket-of-ours');
    await failsWith(/There is no bucket no-such-bucket-of-ours at .*: check its name and the endpoint\./);
    await dialog.getByRole('textbox', { name: /^Bucket/ }).fill('s3://');
    expect(await dialog.getByRole('button', { name: 'Connect' }).isDisabled()).toBe(true);
  });

  test('an endpoint where nothing answers, or something else does, says so', async () => {
    const dialog = sourceDialog(page);
    await dialog.getByRole('textbox', { name: /^Bucket/ }).fill(`s3://${bucket}`);
    await dialog.getByRole('textbox', { name: /^Endpoint URL/ }).fill('no address');
    await dialog.getByRole('region', { name: 'Will contact' }).getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: /^Endpoint URL/ }).fill(app.serving.url.replace(/\/\?.*/, ''));
    await failsWith(/is no S3 but a web page/);
  });

  test('what was wrong is corrected in place, and the dialog goes on', async () => {
    const dialog = sourceDialog(page);
    await dialog.getByRole('textbox', { name: /^Endpoint URL/ }).fill(server.endpoint);
    await connect(page);
    await dialog.getByText('streams ticked, in 5 accounts.').waitFor();
    await dialog.getByRole('button', { name: 'Back' }).click();
    expect(await dialog.getByRole('textbox', { name: /^Bucket/ }).inputValue()).toBe(`s3://${bucket}`);
    expect(await dialog.getByRole('alert').count()).toBe(0);
  });

  test('a code that is not given ends the call, and is asked for once', async () => {
    const dialog = sourceDialog(page);
    await chooseProfile(dialog, 'audit');
    await dialog.getByText(`Role ${roleArn}`).waitFor();
    await expect.poll(() => dialog.getByRole('list', { name: 'Hosts' }).innerText()).toContain(new URL(aws.url).host);
    await pressConnect();
    await mfaDialog().getByText(mfaSerial).waitFor();
    await mfaDialog().getByRole('button', { name: 'Cancel' }).click();
    await dialog
      .getByRole('alert')
      .getByText(/No MFA code was given/)
      .waitFor();
    expect(await mfaDialog().count()).toBe(0);
    expect(aws.received).toEqual([]);
  });

  test('a sign-in at a page that is not AWS’s is not opened, and says what to do', async () => {
    const dialog = sourceDialog(page);
    await chooseProfile(dialog, 'company');
    await pressConnect();
    const signIn = page.getByRole('dialog', { name: 'Sign in to AWS' });
    await signIn.getByText('ABCD-EFGH', { exact: true }).waitFor();
    await signIn.getByText(foreignPage).waitFor();
    await signIn.getByRole('button', { name: 'Open sign-in page' }).click();
    await signIn.getByRole('alert').getByText('The page could not be opened from here.').waitFor();
    expect(page.context().pages()).toEqual([page]);
    await signIn.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByRole('alert').getByText('The sign-in was given up.').waitFor();
    expect(await signIn.count()).toBe(0);
    await chooseProfile(dialog, 'audit');
  });

  test('a wrong code is said to be wrong; the right one, typed over the source dialog, goes on', async () => {
    const dialog = sourceDialog(page);
    await pressConnect();
    await mfaDialog().waitFor();
    await page.keyboard.type('12 34 x 5');
    expect(await mfaDialog().getByRole('textbox', { name: 'MFA code' }).inputValue()).toBe('12345');
    expect(await mfaDialog().getByRole('button', { name: 'Continue' }).isDisabled()).toBe(true);
    await page.keyboard.type('0');
    await page.keyboard.press('Enter');
    await dialog
      .getByRole('alert')
      .getByText(/MFA code was not accepted/)
      .waitFor();

    await pressConnect();
    await mfaDialog().waitFor();
    await page.keyboard.type(rightCode);
    await page.keyboard.press('Enter');
    await page.getByRole('tree', { name: 'Streams of the trail' }).waitFor();
    await dialog.getByRole('button', { name: 'Fetch', exact: true }).click();
    expect(await endedFetch(page, 'done')).toContain(`Downloaded ${trail.objects.length} of ${trail.objects.length}`);
    const codes = aws.received.map(({ body }) => new URLSearchParams(body).get('TokenCode'));
    expect(codes.filter((code) => code !== null)).toEqual(['123450', rightCode]);
    const last = page.getByRole('region', { name: 'Last fetch' });
    await last.getByText(sessionArn).waitFor();
    await page.getByRole('link', { name: `Timeline ${totals(trail.objects).distinctEvents}` }).waitFor();
  });

  test('no secret and no code is on the page or in the case’s custody', async () => {
    const secrets = [server.keys.secretAccessKey, rightCode];
    for (const name of [/^Sources/, /^Custody/]) {
      await page.getByRole('link', { name }).click();
      await page.getByRole('main').waitFor();
      const text = await page.locator('body').innerText();
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
    expect(app.problems).toEqual([]);
  });
});
