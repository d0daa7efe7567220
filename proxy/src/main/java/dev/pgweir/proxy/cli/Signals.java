package dev.pgweir.proxy.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the operating system's signals by {@code sun.misc.Signal}, which the JDK keeps for others in its module
 * jdk.unsupported. By reflection, because the compiler's warning about that class cannot be switched off for one file
 * and the build has no warnings.
 */
final class Signals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** From now on signals go to {@code orders}, on a thread of the JVM. */
    static void install(SignalOrders orders) {
        on("TERM", orders::onTerm);
        on("INT", orders::onInt);
        on("HUP", orders::onHup);
        on("USR1", orders::onUsr1);
        on("USR2", orders::onUsr2);
    }

    private static void on(String name, Runnable order) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handler(handler, order));
        } catch (InvocationTargetException e) {
            // The system has no such signal, or the JVM was told to leave signals alone (-Xrs).
            LOG.debug("SIG{} is not handled: {}", name, String.valueOf(e.getCause()));
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} is not handled, because this Java has no sun.misc.Signal: {}", name, e.toString());
        }
    }

    private static Object handler(Class<?> type, Runnable order) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> called(self, method, arguments, order));
    }

    @SuppressWarnings("ReferenceEquality") // It is equals itself: a handler equals nothing but itself.
    private static @Nullable Object called(
            Object self, Method method, @Nullable Object @Nullable [] arguments, Runnable order) {
        return switch (method.getName()) {
            case "handle" -> {
                order.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> arguments != null && self == arguments[0];
            default -> "signal handler";
        };
    }
}
