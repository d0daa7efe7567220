package dev.pgweir.proxy.testing;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class a database of its own on a real PostgreSQL, as parameter of type {@link TestDatabase}:
 *
 * <pre>{@code
 * @ExtendWith(RealPostgres.class)
 * final class CopyIT {
 *     @Test
 *     void copies(TestDatabase database) { … }
 * }
 * }</pre>
 *
 * The server is, in this order: the one that {@code PGWEIR_TEST_POSTGRES_URL} names (for {@link PostgresVersion#NEWEST}
 * only), a container where a Docker engine answers, the embedded binaries. It is started once per JVM and major version;
 * the database and its roles are dropped after the class. A test that needs to restart, kill or limit the server takes a
 * {@link PostgresInstance} instead.
 */
public final class RealPostgres implements BeforeAllCallback, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(RealPostgres.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        int major = context.getRequiredTestClass().isAnnotationPresent(PostgresVersion.class)
                ? context.getRequiredTestClass()
                        .getAnnotation(PostgresVersion.class)
                        .value()
                : PostgresVersion.NEWEST;
        SharedServer server =
                context.getRoot().getStore(NAMESPACE).computeIfAbsent(major, SharedServer::start, SharedServer.class);
        // A nested class finds the one of the class around it.
        store(context).computeIfAbsent(TestDatabase.class, key -> new TestDatabase(server), TestDatabase.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestDatabase database = store(context).get(TestDatabase.class, TestDatabase.class);
        if (database == null) {
            throw new IllegalStateException("RealPostgres belongs on the class, not on a method");
        }
        return database;
    }

    private static Store store(ExtensionContext context) {
        return context.getStore(NAMESPACE);
    }
}
