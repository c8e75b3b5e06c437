import type { FetchPlan, FetchSummary } from '#shared/api/index.ts';
import { terminalText } from '../terminal-text.ts';
import { durationText, numberText, sizeText } from './summary.ts';

/** What a fetch brought, for people. */
export function fetchText(summary: FetchSummary): string {
  const { objectsSelected, objectsDownloaded, objectsUnchanged, objectsFailed, problems, bytesDownloaded } = summary;
  const lines = [
    `Objects  ${numberText(objectsSelected)} selected = ${numberText(objectsDownloaded)} downloaded + ${numberText(objectsUnchanged)} unchanged + ${numberText(objectsFailed)} failed`,
    `Fetched  ${sizeText(bytesDownloaded)} in ${durationText(summary.elapsedMs)}, ${numberText(summary.requests)} requests, ${numberText(summary.retries)} retries`,
  ];
  if (problems > 0) {
    lines.push(
      `Problems ${numberText(problems)}: trailbench sql CASE "SELECT key, code, reason FROM fetch_problems" lists them`,
    );
  }
  return lines.join('\n');
}

/** What a fetch would bring, for people. */
export function planText(plan: FetchPlan): string {
  const lines = [
    `Objects  ${numberText(plan.objects)}, ${sizeText(plan.bytes)}; held already: ${numberText(plan.heldObjects)}, ${sizeText(plan.heldBytes)}`,
  ];
  if (plan.noncurrentObjects > 0 || plan.deleteMarkers > 0) {
    lines.push(
      `Versions ${numberText(plan.noncurrentObjects)} noncurrent, ${numberText(plan.deleteMarkers)} delete markers`,
    );
  }
  if (plan.freeBytes !== null) lines.push(`Free     ${sizeText(plan.freeBytes)} where the case lies`);
  for (const { prefix, objects, bytes } of plan.streams) {
    lines.push(`  ${terminalText(prefix)}  ${numberText(objects)} objects, ${sizeText(bytes)}`);
  }
  for (const note of plan.notes) lines.push(`Note     ${terminalText(note)}`);
  return lines.join('\n');
}
