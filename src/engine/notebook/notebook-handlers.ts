import { os } from '#engine/implementer.ts';
import { notebookFilesOf } from './files/notebook-files.ts';
import { runNotebookStream } from './run-notebook.ts';
import { reportStream } from './report/write-report.ts';

export const notebookHandlers = os.notebook.router({
  list: os.notebook.list.handler(({ context }) => notebookFilesOf(context).list()),
  read: os.notebook.read.handler(({ context, input }) => notebookFilesOf(context).read(input)),
  save: os.notebook.save.handler(({ context, input }) => notebookFilesOf(context).save(input)),
  create: os.notebook.create.handler(({ context, input }) => notebookFilesOf(context).create(input)),
  copy: os.notebook.copy.handler(({ context, input }) => notebookFilesOf(context).copy(input)),
  rename: os.notebook.rename.handler(({ context, input }) => notebookFilesOf(context).rename(input)),
  remove: os.notebook.remove.handler(({ context, input }) => notebookFilesOf(context).remove(input)),
  importFile: os.notebook.importFile.handler(({ context, input }) => notebookFilesOf(context).importFile(input)),
  exportFile: os.notebook.exportFile.handler(({ context, input }) => notebookFilesOf(context).exportFile(input)),
  run: os.notebook.run.handler(({ context, input, signal }) => runNotebookStream(context, input, signal)),
  report: os.notebook.report.handler(({ context, input, signal }) => reportStream(context, input, signal)),
});
