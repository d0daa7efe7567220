/**
 * The command line: reads arguments, environment and configuration, starts the {@link dev.pgweir.proxy.Proxy}, turns the
 * operating system's signals into orders, and gives the exit code. One class per command; picocli reads
 * their arguments, but for a start with nothing but a file's name, which is to be quick.
 *
 * <p>The only package that writes to the standard streams itself, that ends the JVM, and that knows of signals. Runs on
 * the main thread, which waits here until the proxy has ended; signals come on threads of the JVM.
 */
@NullMarked
package dev.pgweir.proxy.cli;

import org.jspecify.annotations.NullMarked;
