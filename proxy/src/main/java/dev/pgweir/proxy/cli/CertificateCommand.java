package dev.pgweir.proxy.cli;

import dev.pgweir.proxy.tls.SelfSigned;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pgweir certificate}: a key and a certificate to try TLS out. */
@Command(
        name = "certificate",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "Makes a private key, server.key, and a certificate that it has signed itself, server.crt, and prints the"
                    + " settings that use them. Clients that check certificates are given server.crt as their"
                    + " sslrootcert. Overwrites nothing."
        })
final class CertificateCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-d", "--directory"},
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where to put the files; an existing directory. Default: the current one.")
    private Path directory = Path.of(".");

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "365",
            description = "How long the certificate is valid. Default: 365.")
    private int days;

    @Parameters(
            paramLabel = "NAME",
            arity = "0..*",
            description = "Host names and addresses that clients use. Default: localhost 127.0.0.1 ::1.")
    private List<String> names = List.of();

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        PrintWriter err = command.commandLine().getErr();
        if (days < 1 || days > 36_500) {
            err.println("pgweir: --days must be from 1 to 36500");
            return 1;
        }
        if (names.stream().anyMatch(name -> !name.matches("[A-Za-z0-9.:*_-]{1,253}"))) {
            err.println("pgweir: a NAME is a host name or an address");
            return 1;
        }
        List<String> all = names.isEmpty() ? List.of("localhost", "127.0.0.1", "::1") : names;
        Path key = directory.resolve("server.key").toAbsolutePath().normalize();
        Path certificate = directory.resolve("server.crt").toAbsolutePath().normalize();
        try {
            SelfSigned.create(all, Duration.ofDays(days)).write(key, certificate);
        } catch (FileAlreadyExistsException e) {
            err.println("pgweir: there is a file " + e.getFile() + " already, nothing was written");
            return 1;
        } catch (NoSuchFileException e) {
            err.println("pgweir: cannot write to " + directory + ": there is no such directory");
            return 1;
        } catch (IOException e) {
            err.println("pgweir: cannot write to " + directory + ": " + e);
            return 1;
        }
        PrintWriter out = command.commandLine().getOut();
        out.println("client_tls_sslmode = \"require\"");
        out.println("client_tls_key_file = \"" + key + "\"");
        out.println("client_tls_cert_file = \"" + certificate + "\"");
        return 0;
    }
}
