import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/theme.css';
import './styles/base.css';
import { mount } from 'svelte';
import { AppState } from './app/app-state.svelte.ts';
import { PathPicker } from './app/path-picker.svelte.ts';
import { Theme } from './app/theme.svelte.ts';
import { createBrowserDesktop, electronDesktop } from './connection/browser-desktop.ts';
import { connectApi } from './connection/connection.svelte.ts';
import Start from './Start.svelte';

const theme = new Theme();
theme.start();
const picker = new PathPicker();
const desktop = electronDesktop() ?? createBrowserDesktop((request) => picker.pick(request));
const target = document.querySelector('#app');
if (!target) throw new Error('index.html has no #app element');

async function start(): Promise<AppState> {
  return new AppState({ connection: await connectApi(desktop), desktop, picker, theme });
}

mount(Start, { target, props: { starting: start() } });
