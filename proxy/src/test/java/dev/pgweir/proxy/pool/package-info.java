/** Tests of the pools: the rules one by one, random walks over all of them, and threads. */
@NullMarked
package dev.pgweir.proxy.pool;

import org.jspecify.annotations.NullMarked;
