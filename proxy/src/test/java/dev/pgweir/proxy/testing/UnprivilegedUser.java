package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom to run PostgreSQL as: it refuses to run as root. An ordinary user starts it directly; root becomes an existing
 * unprivileged account by {@code setpriv}, else nobody in a user namespace of its own, else an account by {@code su}.
 *
 * @param prefix goes before the command
 * @param uid owner for the files, or -1 to leave them to this process's user
 * @param gid group for the files, or -1
 */
record UnprivilegedUser(List<String> prefix, int uid, int gid) {

    private static final UnprivilegedUser SAME = new UnprivilegedUser(List.of(), -1, -1);

    static UnprivilegedUser detect() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return SAME;
        }
        List<UnprivilegedUser> ways = new ArrayList<>();
        List<Account> accounts = Account.readAll();
        for (String name : List.of("postgres", "nobody")) {
            accounts.stream().filter(account -> account.name.equals(name)).forEach(account -> {
                List<String> setpriv =
                        List.of("setpriv", "--reuid=" + account.uid, "--regid=" + account.gid, "--clear-groups");
                ways.add(new UnprivilegedUser(setpriv, account.uid, account.gid));
            });
        }
        ways.add(new UnprivilegedUser(List.of("unshare", "-U"), -1, -1));
        accounts.stream()
                .filter(account -> account.name.equals("postgres") || account.name.equals("nobody"))
                .forEach(account -> {
                    List<String> su = List.of("su", "-s", "/bin/sh", account.name, "-c", "exec \"$0\" \"$@\"", "--");
                    ways.add(new UnprivilegedUser(su, account.uid, account.gid));
                });
        return ways.stream()
                .filter(UnprivilegedUser::works)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("PostgreSQL does not run as root, and none of setpriv, "
                        + "unshare -U and su can become somebody else here; run as an ordinary user"));
    }

    /** Hands a file or folder to that user. */
    void own(Path path) {
        if (uid < 0) {
            return;
        }
        try {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean works() {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("sh", "-c", "exit 0"));
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            // No such program.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Account(String name, int uid, int gid) {

        static List<Account> readAll() {
            try {
                return Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1).stream()
                        .map(Account::parse)
                        .flatMap(Optional::stream)
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Optional<Account> parse(String line) {
            String[] fields = line.split(":", -1);
            if (fields.length < 4) {
                return Optional.empty();
            }
            return Optional.of(new Account(fields[0], Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
        }
    }
}
