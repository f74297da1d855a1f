/** A timer that can be taken back until the very moment it acts. */
export interface LateTimer {
  stop(): void;
}

/**
 * Acts after `ms` milliseconds, and behind all that has arrived by then. Timers come before pipes and sockets in a turn
 * of the event loop (libuv, docs/src/design.rst): after a long computation a plain one is over while the answer that
 * came in time still lies unread. An immediate comes behind both.
 */
export function lateTimer(ms: number, act: () => void): LateTimer {
  let stopped = false;
  const timer = setTimeout(() => {
    setImmediate(() => {
      if (!stopped) act();
    });
  }, ms);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
