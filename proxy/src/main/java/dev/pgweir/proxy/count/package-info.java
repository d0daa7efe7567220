/**
 * What events are counted with: histograms of times and counters by a bounded set of names. Made for being written on the
 * path of a transaction and read once in a while by somebody else. Uses no other package of PgWeir.
 */
@NullMarked
package dev.pgweir.proxy.count;

import org.jspecify.annotations.NullMarked;
