import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Desktop, PortMessage } from '#shared/desktop.ts';

const desktop: Desktop = {
  host: 'electron',
  chooseNewCasePath: (suggestedName) => ipcRenderer.invoke('desktop:choose-new-case-path', suggestedName),
  chooseCase: () => ipcRenderer.invoke('desktop:choose-case'),
  chooseEvidence: (kind) => ipcRenderer.invoke('desktop:choose-evidence', kind),
  chooseNotebook: () => ipcRenderer.invoke('desktop:choose-notebook'),
  pathOf: (file) => webUtils.getPathForFile(file as File) || null,
  setTitle: (title) => void ipcRenderer.invoke('desktop:set-title', title),
  openExternal: (url) => ipcRenderer.invoke('desktop:open-external', url),
};
contextBridge.exposeInMainWorld('trailbench', desktop);

window.addEventListener('message', ({ source, data }: MessageEvent<PortMessage>) => {
  if (source === window && data.type === 'trailbench:connect') ipcRenderer.send('engine:connect', data.requestId);
});
ipcRenderer.on('engine:port', ({ ports }, requestId: string) => {
  window.postMessage({ type: 'trailbench:port', requestId } satisfies PortMessage, window.location.origin, ports);
});
