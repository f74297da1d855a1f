/** A timer that can be taken back until the very moment it acts. */
export interface LateTimer {
  stop(): void;
}

/** The wait is made of so many, each begun when the one before it was noticed to be over. */
const PARTS = 8;

/**
 * Acts after `ms` milliseconds in which this process had its turn, and behind all that has arrived by then. After a long
 * computation, or where the whole machine stood still, a plain timer is over while the answer that came in time still
 * lies unread: pipes and sockets have their turn only between two rounds of timers (libuv, docs/src/design.rst). An
 * immediate comes behind that turn; and a standstill uses up one part of the wait, however long it was.
 */
export function lateTimer(ms: number, act: () => void): LateTimer {
  let stopped = false;
  let parts = 0;
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(() => {
      setImmediate(() => {
        if (stopped) return;
        parts++;
        if (parts < PARTS) wait();
        else act();
      });
    }, ms / PARTS);
  };
  wait();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
