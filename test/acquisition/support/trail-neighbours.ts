import { gzipSync } from 'node:zlib';
import type { BucketFile } from './s3-server.ts';

/** What lies beside a trail in real buckets, and must not be taken for a part of it. */
export function otherFiles(prefix: string, day: string): BucketFile[] {
  const [year, month, date] = day.split('-') as [string, string, string];
  const folder = `${year}/${month}/${date}`;
  const logs = `${prefix}AWSLogs`;
  // AWS Config writes months and days without a zero in front.
  const configFolder = `${year}/${Number(month)}/${Number(date)}`;
  const flowLog = `111122223333_vpcflowlogs_us-east-1_fl-0a1b2c3d_${year}${month}${date}T0000Z_5a6b7c8d.log.gz`;
  const balancerLog = `222233334444_elasticloadbalancing_eu-central-1_app.web.0123456789abcdef_${year}${month}${date}T0005Z_192.0.2.9_5xyz.log.gz`; // prettier-ignore
  const gz = (text: string): Buffer => gzipSync(text);
  const lake = `${logs}/555566667777/CloudTrail-Lake/Query/${folder}/2f3a4b5c-1111-2222-3333-444455556666`;
  return [
    {
      key: `${logs}/111122223333/Config/us-east-1/${configFolder}/ConfigHistory/111122223333_Config_us-east-1_ConfigHistory_1.json.gz`,
      body: gz('{"fileVersion":"1.0","configurationItems":[]}'),
    },
    {
      key: `${logs}/o-a1b2c3d4e5/222233334444/Config/eu-central-1/${configFolder}/ConfigSnapshot/snapshot.json.gz`,
      body: gz('{"fileVersion":"1.0","configurationItems":[]}'),
    },
    { key: `${logs}/111122223333/vpcflowlogs/us-east-1/${folder}/${flowLog}`, body: gz('version account-id\n2 1111\n') },
    { key: `${logs}/222233334444/elasticloadbalancing/eu-central-1/${folder}/${balancerLog}`, body: gz('http 2024\n') },
    { key: `${lake}/result_1.csv.gz`, body: gz('eventid\n') },
    { key: `${lake}/result_sign.json`, body: Buffer.from('{}') },
    { key: `${prefix}athena-results/a.csv`, body: Buffer.from('"n"\n"1"\n') },
    ...[
      ...[`${logs}/`, `${logs}/555566667777/`, `${logs}/555566667777/CloudTrail/`, `${logs}/555566667777/CloudTrail/us-east-1/`],
      `${logs}/555566667777/CloudTrail/us-east-1/${folder}/`,
    ].map((key) => ({ key, body: Buffer.alloc(0) })),
  ]; // prettier-ignore
}
