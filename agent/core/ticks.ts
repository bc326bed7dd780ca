/** USER_HZ: clock ticks per second in /proc, 100 on every architecture that Node runs on (time(7)). */
export const TICKS_PER_SECOND = 100;
