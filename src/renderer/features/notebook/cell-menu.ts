import type { SqlDialect } from '#shared/api/index.ts';
import type { MenuItem } from '../../components/MenuItems.svelte';

/** What a cell's menu can do. */
export type CellCommand =
  | 'run-from-here'
  | 'pin'
  | 'export'
  | 'translate'
  | 'copy-sql'
  | 'open-in-sql'
  | 'insert-above'
  | 'insert-below'
  | 'duplicate'
  | 'move-up'
  | 'move-down'
  | 'remove';

export interface CellMenuState {
  readonly dialect: SqlDialect;
  readonly hasResult: boolean;
  readonly canEdit: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export function cellMenuItems(state: CellMenuState, act: (command: CellCommand) => void): readonly MenuItem[] {
  const { dialect, hasResult, canEdit, isFirst, isLast } = state;
  const item = (label: string, command: CellCommand, isDisabled = false): MenuItem => ({
    ...{ label, isDisabled },
    onselect: () => act(command),
  });
  const reading = [
    item('Run from here', 'run-from-here'),
    item('Pin the result', 'pin', !hasResult),
    item('Export the result…', 'export', !hasResult),
    ...(dialect === 'athena' ? [item('Show translated SQL', 'translate')] : []),
    item('Copy SQL', 'copy-sql'),
    item('Open in the SQL page', 'open-in-sql'),
  ];
  if (!canEdit) return reading;
  return [
    ...reading,
    item('Insert cell above', 'insert-above'),
    item('Insert cell below', 'insert-below'),
    item('Duplicate', 'duplicate'),
    item('Move up', 'move-up', isFirst),
    item('Move down', 'move-down', isLast),
    item('Remove', 'remove'),
  ];
}
