import { os } from '../implementer.ts';
import { readCustody } from './custody.ts';
import { openSampleCase } from './sample-case.ts';

export const caseHandlers = {
  create: os.case.create.handler(({ context, input }) => context.cases.create(input.path)),
  open: os.case.open.handler(({ context, input }) => context.cases.open(input.path)),
  openSample: os.case.openSample.handler(({ context, signal }) => openSampleCase(context, signal)),
  close: os.case.close.handler(({ context }) => context.cases.close()),
  current: os.case.current.handler(({ context }) => context.cases.info()),
  recent: os.case.recent.handler(({ context }) => context.cases.recent.list()),
  forget: os.case.forget.handler(({ context, input }) => context.cases.recent.forget(input.path)),
  custody: os.case.custody.handler(({ context, signal }) => context.requireCase().withConnection(readCustody, signal)),
};
