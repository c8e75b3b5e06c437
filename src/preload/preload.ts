import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Desktop } from '#shared/desktop.ts';

const desktop: Desktop = {
  host: 'electron',
  chooseNewCasePath: (suggestedName) => ipcRenderer.invoke('desktop:choose-new-case-path', suggestedName),
  chooseCase: () => ipcRenderer.invoke('desktop:choose-case'),
  chooseEvidence: (kind) => ipcRenderer.invoke('desktop:choose-evidence', kind),
  pathOf: (file) => webUtils.getPathForFile(file as File) || null,
  setTitle: (title) => void ipcRenderer.invoke('desktop:set-title', title),
};
contextBridge.exposeInMainWorld('trailbench', desktop);

// A port cannot cross the context bridge; it goes through window messages, in answer to the page's request.
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === 'trailbench:connect') ipcRenderer.send('engine:connect');
});
ipcRenderer.on('engine:port', (event) => window.postMessage('trailbench:port', window.location.origin, event.ports));
