/** Whether what docker/ has for compose, Kubernetes and Prometheus fits together, and fits the program. */
@NullMarked
package dev.pgweir.proxy.deploy;

import org.jspecify.annotations.NullMarked;
