import { os } from '../implementer.ts';

export const jobsHandlers = {
  list: os.jobs.list.handler(({ context }) => context.jobs.list()),
  watch: os.jobs.watch.handler(async ({ context, input, signal }) => context.jobs.watch(input.jobId, signal)),
  cancel: os.jobs.cancel.handler(({ context, input }) => context.jobs.cancel(input.jobId)),
  pause: os.jobs.pause.handler(({ context, input }) => context.jobs.pause(input.jobId)),
  resume: os.jobs.resume.handler(({ context, input }) => context.jobs.resume(input.jobId)),
};
