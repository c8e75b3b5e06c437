import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import type { AccessPrompt, Api } from '#shared/api/index.ts';
import type { Session } from './session.ts';
import { terminalText } from './terminal-text.ts';

/** Puts the engine's questions (an MFA code, a sign-in page to open) to the person at the terminal, until stopped. */
export function answerPrompts(api: Api, session: Session): () => void {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, session.signal]);
  void follow(api, session, signal).catch(() => undefined);
  return () => stop.abort();
}

async function follow(api: Api, session: Session, signal: AbortSignal): Promise<void> {
  const asked = new Set<string>();
  for await (const { topic } of await api.app.changes(undefined, { signal })) {
    if (topic !== 'prompts') continue;
    for (const prompt of await api.acquisition.prompts()) {
      if (asked.has(prompt.promptId)) continue;
      asked.add(prompt.promptId);
      await put(api, session, prompt, signal);
    }
  }
}

async function put(api: Api, session: Session, prompt: AccessPrompt, signal: AbortSignal): Promise<void> {
  const { promptId } = prompt;
  if (prompt.type === 'sso') {
    const url = terminalText(prompt.verificationUrl);
    await session.stderr.write(
      `Sign in for ${terminalText(prompt.title)}: open ${url}\nThe code shown there must be ${terminalText(prompt.userCode)}. Waiting …\n`,
    );
    if (session.stderr.isTerminal) openInBrowser(prompt.verificationUrl);
    return;
  }
  if (!process.stdin.isTTY) {
    await session.stderr.write('An MFA code is needed: run this in a terminal, where it can be typed.\n');
    await api.acquisition.answerPrompt({ promptId, answer: null });
    return;
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const question = `MFA code of ${terminalText(prompt.mfaSerial)} for ${terminalText(prompt.title)}: `;
  const answer = await reader.question(question, { signal }).catch(() => null);
  reader.close();
  // It may be settled already: the person stopped the command.
  await api.acquisition.answerPrompt({ promptId, answer: answer?.trim() || null }).catch(() => undefined);
}

/** The address is on the terminal too, should there be no browser. */
function openInBrowser(url: string): void {
  if (!/^https:\/\//.test(url)) return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(command!, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
