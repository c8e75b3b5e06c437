import { expect, test } from 'vitest';
import { isSignInUrl } from './sign-in-url.ts';

test.each([
  'https://device.sso.eu-west-1.amazonaws.com/?user_code=ABCD-EFGH',
  'https://device.sso.us-gov-west-1.amazonaws.com/',
  'https://device.sso.cn-north-1.amazonaws.com.cn/?user_code=ABCD-EFGH',
  'https://my-company.awsapps.com/start/#/device?user_code=ABCD-EFGH',
  'https://d-1234567890.portal.us-east-1.app.aws/',
  'https://eu-west-1.signin.aws.amazon.com/v1/authorize?x=1',
])('%s may be opened', (url) => {
  expect(isSignInUrl(url)).toBe(true);
});

test.each([
  'http://my-company.awsapps.com/start',
  'https://awsapps.com.evil.example/start',
  'https://evil.example/?https://my-company.awsapps.com',
  'https://my-company.awsapps.com@evil.example/',
  'https://user:secret@my-company.awsapps.com/',
  'https://my-company.awsapps.com:8443/',
  'https://evil.example\\.awsapps.com/',
  'https://my-company.awsapps.com/\\evil',
  'https://device.sso.s3.amazonaws.com/page.html',
  'https://evil.s3.amazonaws.com/page.html',
  'https://device.sso.us-east-1.amazonaws.com.evil.example/',
  'https://notawsapps.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '',
])('%j is not opened', (url) => {
  expect(isSignInUrl(url)).toBe(false);
});
