import type { Attachment } from 'svelte/attachments';

export interface DropTargetOptions {
  onhover: (isOver: boolean) => void;
  ondrop: (files: readonly File[]) => void;
}

/** Takes files and folders dropped anywhere on an element. Drags of other things (text, links) are left alone. */
export function dropTarget({ onhover, ondrop }: DropTargetOptions): Attachment<HTMLElement> {
  return (element) => {
    // dragenter and dragleave also fire for every child crossed.
    let depth = 0;
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const end = (): void => {
      depth = 0;
      onhover(false);
    };
    const listeners = {
      dragenter: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        depth += 1;
        onhover(true);
      },
      dragover: (event: DragEvent) => {
        if (carriesFiles(event)) event.preventDefault();
      },
      dragleave: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        depth -= 1;
        if (depth <= 0) end();
      },
      drop: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        end();
        ondrop([...(event.dataTransfer?.files ?? [])]);
      },
    };
    const controller = new AbortController();
    for (const [name, listener] of Object.entries(listeners)) {
      element.addEventListener(name, listener as EventListener, { signal: controller.signal });
    }
    return () => controller.abort();
  };
}
