/** A worker's way to hear what has come meanwhile. */
const bell = new MessageChannel();

/** Resolves when messages that have come by now have been answered. A timer would wait for 4 ms at least. */
export function otherMessages(): Promise<void> {
  return new Promise((resolve) => {
    bell.port1.onmessage = () => resolve();
    bell.port2.postMessage(null);
  });
}
