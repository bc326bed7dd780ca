// The line between a child of the marketplace and its supervisor. A child says through it that it serves, and ends when
// the line breaks, so no child outlives its supervisor. Without a supervisor (a part that is started by hand) both do nothing.

process.once('disconnect', () => process.exit(0));

/**
 * Tells the supervisor that this process serves.
 *
 * @param {number} [port] where, when it listens
 */
export function reportReady(port) {
  process.send?.({ port });
}
