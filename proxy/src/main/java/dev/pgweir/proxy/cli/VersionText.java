package dev.pgweir.proxy.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, from a resource that the build writes. */
final class VersionText implements IVersionProvider {

    private static final String RESOURCE = "/dev/pgweir/proxy/version.properties";

    /** What a build without the resource says, for instance one that an IDE made. */
    static final String UNKNOWN = "(unknown version)";

    /** {@code PgWeir 1.2.3}, which is also what SHOW VERSION shows. */
    @Override
    public String[] getVersion() {
        return new String[] {"PgWeir " + number()};
    }

    /** {@code 1.2.3}, or {@link #UNKNOWN}. */
    static String number() {
        try (InputStream in = VersionText.class.getResourceAsStream(RESOURCE)) {
            return in == null ? UNKNOWN : numberIn(in);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    static String numberIn(InputStream in) throws IOException {
        Properties properties = new Properties();
        properties.load(in);
        String number = properties.getProperty("version", "").strip();
        // The build has not put the number in.
        return number.isEmpty() || number.startsWith("${") ? UNKNOWN : number;
    }
}
