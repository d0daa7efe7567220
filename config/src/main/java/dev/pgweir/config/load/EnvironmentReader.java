package dev.pgweir.config.load;

import dev.pgweir.config.setting.Setting;
import dev.pgweir.config.setting.Settings;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the environment: {@code PGWEIR_} and the name of a setting in upper case.
 *
 * <p>A variable that begins like this and is no setting is an error, because a setting that silently does not count is
 * worse than a start that fails. Left alone are those of the launcher ({@code PGWEIR_JAVA_OPTS}, {@code PGWEIR_HOME})
 * and those that Kubernetes gives to every container when there is a service called {@code pgweir}.
 */
final class EnvironmentReader {

    static final String PREFIX = "PGWEIR_";

    private static final Set<String> LAUNCHER = Set.of("PGWEIR_JAVA_OPTS", "PGWEIR_HOME");

    /** See "Environment variables" in the Kubernetes documentation of services. */
    private static final Pattern KUBERNETES_NAME = Pattern.compile("PGWEIR_([A-Z0-9_]+_)?"
            + "(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

    /** {@code PGWEIR_PORT} alone could be a slip; what Kubernetes puts there could not. */
    private static final Pattern KUBERNETES_PORT = Pattern.compile("(tcp|udp|sctp)://.*");

    private EnvironmentReader() {}

    /** Sets what {@code environment} says, over what is there. */
    static void read(Map<String, String> environment, SectionDraft settings, Problems problems) {
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (variable.startsWith(PREFIX) && !LAUNCHER.contains(variable)) {
                one(variable, value, settings, problems);
            }
        });
    }

    private static void one(String variable, String value, SectionDraft settings, Problems problems) {
        String name = variable.substring(PREFIX.length());
        Optional<Setting<?>> setting = name.equals(name.toUpperCase(Locale.ROOT))
                ? Settings.TABLE.find(name.toLowerCase(Locale.ROOT))
                : Optional.empty();
        if (setting.isPresent()) {
            settings.put(setting.get(), value, Origin.of(variable), "");
        } else if (!isKubernetes(variable, value)) {
            String hint = Settings.TABLE
                    .suggest(name)
                    .map(near -> "did you mean " + PREFIX + near.toUpperCase(Locale.ROOT) + "?")
                    .orElse("accepted: " + PREFIX + " and the name of a setting in upper case");
            problems.error(Origin.of(variable), "", "there is no such setting, " + hint);
        }
    }

    private static boolean isKubernetes(String variable, String value) {
        return KUBERNETES_NAME.matcher(variable).matches()
                || (variable.endsWith("_PORT") && KUBERNETES_PORT.matcher(value).matches());
    }
}
