import { os } from '#engine/implementer.ts';
import { addPin, comparePin, listPins, openPin, removePin, setPinNote } from './pins.ts';

export const pinHandlers = os.pins.router({
  list: os.pins.list.handler(({ context, input }) => listPins(context.requireCase(), input.notebook ?? null)),
  add: os.pins.add.handler(({ context, input, signal }) => addPin(context, input, signal)),
  open: os.pins.open.handler(({ context, input, signal }) => openPin(context.requireCase(), input.pinId, signal)),
  setNote: os.pins.setNote.handler(({ context, input }) => setPinNote(context.requireCase(), input.pinId, input.note)),
  remove: os.pins.remove.handler(({ context, input }) => removePin(context.requireCase(), input.pinId)),
  compare: os.pins.compare.handler(({ context, input, signal }) =>
    comparePin(context.requireCase(), input.pinId, signal),
  ),
});
