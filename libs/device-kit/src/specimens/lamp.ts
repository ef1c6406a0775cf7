import { CommandFailed, Device, FileMemory } from '../index.js';

let isBroken = false;
const lamp = new Device({
  url: 'mqtt://127.0.0.1:1883',
  id: 'lamp-1',
  secret: 's3cret',
  memory: new FileMemory('lamp-1.commands'),
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
});

lamp.handle('switch', 'turn', async ({ on }, { attempt }) => {
  if (isBroken) throw new CommandFailed('bulb-broken');
  isBroken = Math.random() < 0.001;
  return { on, attempt };
});

process.once('SIGINT', () => void lamp.stop());
await lamp.start();
