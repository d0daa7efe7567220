package dev.pgweir.proxy.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Which major version of PostgreSQL {@link RealPostgres} gives to a test class; without it {@link #NEWEST}. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
public @interface PostgresVersion {

    /** What most tests run against. */
    int NEWEST = 17;

    /** The old one that is looked at too. */
    int OLD = 15;

    /** The first that speaks protocol 3.2. */
    int WITH_PROTOCOL_3_2 = 18;

    int value();
}
