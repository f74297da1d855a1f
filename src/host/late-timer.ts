/** A timer that can be taken back until the very moment it acts. */
export interface LateTimer {
  stop(): void;
}

/**
 * Acts after `ms` milliseconds, and behind all that has arrived by then. After a long computation a plain timer is over
 * while the answer that came in time still lies unread: pipes and sockets have their turn only between two rounds of
 * timers (libuv, docs/src/design.rst). An immediate comes behind that turn.
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
