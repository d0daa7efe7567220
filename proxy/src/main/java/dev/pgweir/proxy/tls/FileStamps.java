package dev.pgweir.proxy.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What tells a file's content from another: its time, length and place on the disk, behind every symbolic link, so that
 * a directory that was exchanged as a whole shows as well.
 *
 * @param stamps by name; empty text where there is no such file
 */
record FileStamps(Map<String, String> stamps) {

    /** As they are now; blocks. */
    static FileStamps of(List<String> names) {
        Map<String, String> stamps = new LinkedHashMap<>();
        for (String name : names) {
            stamps.put(name, stamp(Path.of(name)));
        }
        return new FileStamps(stamps);
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "";
        }
    }
}
